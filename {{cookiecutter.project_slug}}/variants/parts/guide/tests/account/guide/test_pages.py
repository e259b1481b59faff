"""The pages of the guide are open to developers alone, and explain a browser's cookies."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.account.guide import explain
from {{ cookiecutter.project_slug }}.auth import links
from {{ cookiecutter.project_slug }}.auth.guards import is_public
from {{ cookiecutter.project_slug }}.config import COOKIE_PREFIX

from ...conftest import MakeApp
from ...support.http import Browser, taken_by_catch_all
from ...support.settings import project_file

LOCALHOST = "http://localhost:5000"
SESSION = "/dev/session"
PAGES = ("/dev/guide", SESSION, "/dev/guide-labs.md")
RULES = {"/dev/guide", SESSION, "/dev/guide-<topic>.md"}


def header(browser: Browser) -> str:
    return "; ".join(f"{name}={text}" for name, text in browser.jar().items())


@pytest.fixture
def desk(configure: MakeApp) -> Browser:
    """Return a browser on the machine of the developer."""
    project_file("docs/guide.md")
    return Browser(configure(development=True, public_url=LOCALHOST), origin=LOCALHOST)


def test_a_served_app_has_no_guide_pages(app: Flask, client: Browser, user: str) -> None:
    assert [name for name in app.view_functions if name.startswith("guide.")] == []
    client.login()
    for page in PAGES:
        assert client.get(page).status_code == 404 or taken_by_catch_all(app, page)


def test_development_opens_only_these_guide_pages(desk: Browser) -> None:
    app = desk.application
    with app.app_context():
        ours = {name for name in app.view_functions if name.startswith("guide.")}
        assert {name for name in ours if is_public(name)} == ours
    assert {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in ours} == RULES


@pytest.mark.parametrize("page", ["/dev/guide", SESSION])
def test_other_machines_cannot_open_the_guide_pages(
    desk: Browser, client: Browser, page: str
) -> None:
    assert desk.get(page).status_code == 200
    assert desk.get(page, environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404
    assert desk.get(page, headers={"Host": "app.example"}).status_code == 404
    missing = client.get(page).status_code
    assert missing == 404 or taken_by_catch_all(client.application, page)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "header",
    ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Via"],
)
def test_a_tunnel_that_rewrites_the_host_does_not_open_the_guide(
    desk: Browser, page: str, header: str
) -> None:
    assert desk.get(page).status_code == 200
    assert desk.get(page, headers={header: "203.0.113.9"}).status_code == 404


def test_the_session_page_shows_no_usable_token(desk: Browser, user: str) -> None:
    with desk.application.app_context():
        token = links.create("register", "new@example.com")
    desk.get(f"/auth/register/{token}")
    visitor = header(desk)
    desk.login(remember="y")
    for held in (visitor, header(desk)):
        secrets = [text.rpartition(".")[2][5:] for text in re.findall("=([^;]+)", held)]
        assert secrets
        assert min(map(len, secrets)) > 30
        other = Browser(desk.application, origin=LOCALHOST)
        other.keep(dict(pair.split("=") for pair in held.split("; ")))
        shown = [explained(desk.application, held), other.get(SESSION).text]
        assert all("…" in text for text in shown)
        assert not any(secret in text for secret in secrets for text in shown)


def test_the_page_follows_a_browser_from_visit_to_logout(desk: Browser, user: str) -> None:
    assert "no cookie of this app" in desk.get(SESSION).text
    desk.login()
    shown = desk.get(SESSION).text
    assert "The server accepts it." in shown
    assert all(f"<code>{name}</code>" in shown for name in desk.jar())
    copy = desk.jar()
    desk.logout()
    assert "no cookie of this app" in desk.get(SESSION).text
    desk.keep(copy)
    assert "The server refuses it." in desk.get(SESSION).text


def explained(app: Flask, held: str) -> str:
    """Explain the cookies of a `Cookie` header, or the one cookie with this value."""
    if "=" not in held:
        held = f"{COOKIE_PREFIX}{explain.COOKIES[0]}={held}"
    with app.test_request_context():
        return "\n".join(_lines(held))


def _lines(held: str) -> Iterator[str]:
    ours = {f"{COOKIE_PREFIX}{name}": name for name in explain.COOKIES}
    for pair in held.split("; "):
        name, _, text = pair.removeprefix("__Host-").partition("=")
        if name not in ours:
            continue
        found = explain.explain(ours[name], text)
        yield f"{name}={found.shown}"
        yield "The server accepts it." if found.is_live else "The server refuses it."
        for title, facts in found.sections():
            yield title
            yield from (f"  {fact.name:<14}{fact.value}" for fact in facts)
