"""A page in development explains the cookies of a browser."""

import re

import pytest

from {{ cookiecutter.project_slug }}.auth import links

from ...conftest import MakeApp
from ...support.http import Browser
from .explaining import explained

LOCALHOST = "http://localhost:5000"
PAGE = "/dev/session"


def header(browser: Browser) -> str:
    return "; ".join(f"{name}={text}" for name, text in browser.jar().items())


@pytest.fixture
def reader(configure: MakeApp) -> Browser:
    app = configure(development=True, public_url=LOCALHOST)
    return Browser(app, origin=LOCALHOST)


def test_the_session_page_shows_no_usable_token(reader: Browser, user: str) -> None:
    with reader.application.app_context():
        token = links.create("register", "new@example.com")
    reader.get(f"/auth/register/{token}")
    visitor = header(reader)
    reader.login(remember="y")
    for held in (visitor, header(reader)):
        secrets = [text.rpartition(".")[2][5:] for text in re.findall("=([^;]+)", held)]
        assert secrets
        assert min(map(len, secrets)) > 30
        other = Browser(reader.application, origin=LOCALHOST)
        other.keep(dict(pair.split("=") for pair in held.split("; ")))
        shown = [explained(reader.application, held), other.get(PAGE).text]
        assert all("…" in text for text in shown)
        assert not any(secret in text for secret in secrets for text in shown)


def test_the_page_follows_a_browser_from_visit_to_logout(reader: Browser, user: str) -> None:
    assert "no cookie of this app" in reader.get(PAGE).text
    reader.login()
    shown = reader.get(PAGE).text
    assert "The server accepts it." in shown
    assert all(f"<code>{name}</code>" in shown for name in reader.jar())
    copy = reader.jar()
    reader.logout()
    assert "no cookie of this app" in reader.get(PAGE).text
    reader.keep(copy)
    assert "The server refuses it." in reader.get(PAGE).text


@pytest.mark.parametrize("page", ["/dev/guide", PAGE])
def test_other_machines_cannot_open_the_guide_pages(
    reader: Browser, client: Browser, page: str
) -> None:
    assert reader.get(page).status_code == 200
    assert reader.get(page, environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404
    assert reader.get(page, headers={"Host": "app.example"}).status_code == 404
    assert client.get(page).status_code == 404
