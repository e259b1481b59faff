"""Read every Set-Cookie line as raw text, as browsers do."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.config import COOKIE_PREFIX
from {{ cookiecutter.project_slug }}.models import NAME_MAX_LENGTH

from ...conftest import MakeApp
from ...support.accounts import add_user
from ...support.html import crawl
from ...support.http import AUTH, EMAIL, KNOWN, LANGUAGE, SESSION, Browser, SetCookie, set_cookies

LOCALHOST = "http://localhost:5000"
LONGEST_EMAIL = f"{'a' * 64}@{'b' * 61}.{'c' * 61}.{'d' * 61}.com"
# The longest name: four bytes a letter in UTF-8, twelve when JSON escapes it.
LONGEST_NAME = "\N{SNOWMAN WITHOUT SNOW}\N{GRINNING FACE}" * (NAME_MAX_LENGTH // 2)


def life(browser: Browser) -> list[TestResponse]:
    """Do everything that sets or deletes a cookie."""
    return [
        browser.post("/language", data={"language": "en"}),
        browser.login(),
        browser.post("/account/", data={"name": "Ana", "language": "en"}),
        browser.get("/account/"),
        browser.login(remember="y"),
        browser.logout(),
    ]


@pytest.fixture
def lines(client: Browser, user: str) -> list[SetCookie]:
    return [cookie for answer in life(client) for cookie in set_cookies(answer)]


def test_every_cookie_is_bound_to_this_host_and_to_https(
    lines: list[SetCookie],
) -> None:
    assert len(lines) >= 4
    for cookie in lines:
        assert cookie.name in {SESSION, AUTH, KNOWN, LANGUAGE}, cookie.line
        kept = {
            name: value
            for name, value in cookie.attributes.items()
            if name not in {"expires", "max-age"}
        }
        wanted = {"secure": "", "httponly": "", "path": "/", "samesite": "Lax"}
        # No Domain: a `__Host-` name forbids it.
        assert kept == wanted, cookie.line


def test_development_cookies_have_no_prefix_and_no_secure(configure: MakeApp, user: str) -> None:
    app = configure(development=True, public_url=LOCALHOST)
    browser = Browser(app, origin=LOCALHOST)
    lines = [cookie for answer in life(browser) for cookie in set_cookies(answer)]
    names = {name.removeprefix("__Host-") for name in (SESSION, AUTH, KNOWN, LANGUAGE)}
    assert len(lines) >= 4
    for cookie in lines:
        assert cookie.name in names, cookie.line
        assert set(cookie.attributes) - {"expires", "max-age"} == {
            "httponly",
            "path",
            "samesite",
        }, cookie.line


def test_logout_deletes_the_cookies_that_login_set(client: Browser, user: str) -> None:
    client.login()
    held = set(client.jar())
    assert KNOWN in client.cookies()
    deleted = [cookie for cookie in set_cookies(client.logout()) if cookie.deletes]
    assert held <= {cookie.name for cookie in deleted}
    assert all(cookie.value == "" for cookie in deleted)
    # This cookie signs nobody in; it keeps strangers' guesses from throttling the next login.
    assert KNOWN in client.cookies()


def test_no_cookie_reveals_the_name_or_address_of_a_user(app: Flask, client: Browser) -> None:
    with app.app_context():
        add_user(EMAIL, name="Anastasia")
    for answer in life(client):
        for cookie in set_cookies(answer):
            assert b"ana@" not in cookie.readable, cookie.line
            assert b"Anastasia" not in cookie.readable, cookie.line


def test_no_page_shows_a_token(client: Browser, user: str) -> None:
    client.login(remember="y")
    for page in crawl(client):
        # What your own cookies hold may well be on a page.
        ours = [value for name, value in client.cookies().items() if COOKIE_PREFIX in name]
        assert not [value for value in ours if value in page.text], (
            f"{page.path} shows the value of a cookie, which opens the account: remove it."
        )


def test_a_cookie_stays_small_with_the_longest_name_and_address(
    app: Flask, client: Browser
) -> None:
    with app.app_context():
        add_user(LONGEST_EMAIL, name=LONGEST_NAME)
    client.login(LONGEST_EMAIL, remember="y")
    # Flash messages that no page has shown yet accumulate.
    for _ in range(5):
        data = {"name": LONGEST_NAME, "language": "pt_BR"}
        answer = client.post("/account/", data=data)
        assert all(len(cookie.line) < 4096 for cookie in set_cookies(answer))
    assert client.is_signed_in()


def test_viewing_pages_sets_no_cookie(client: Browser) -> None:
    for path in ("/", "/auth/login", "/auth/register", "/account/", "/healthz"):
        answer = client.get(path)
        assert not set_cookies(answer), (
            f"{path} sets a cookie: write into the session only after a form was sent."
        )


@pytest.mark.parametrize("path", ["/static/style.css", "/static/none", "/no/such/page"])
def test_files_and_missing_pages_set_no_cookie(client: Browser, user: str, path: str) -> None:
    assert not set_cookies(client.get(path))
    client.login()
    assert not set_cookies(client.get(path))


def test_a_missing_file_shows_no_message_meant_for_a_page(client: Browser, user: str) -> None:
    client.login()
    client.post("/account/", data={"name": "Ana", "language": "en"})
    assert not set_cookies(client.get("/static/none"))
    assert "Saved." in client.get("/account/").text
