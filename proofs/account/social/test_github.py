"""GitHub says who somebody is by its API alone, and any of its answers may fail."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response

from my_flask_app.account.social import github, oidc

from ....conftest import MakeApp
from ....support.http import EMAIL, Browser
from ....support.sql import rows
from .github_site import CLIENT_SECRET, CODE, TOKEN, VERIFIED, GitHub, serving
from .trips import arrive, connections, emails, events, flashed, leave

LOGIN = "/auth/with/github"
FAILED = "GitHub did not confirm who you are. Please try again."
EXCHANGE, USER, EMAILS = "/login/oauth/access_token", "/user", "/user/emails"


def trusts_github(app: Flask) -> None:
    """Name the app that `configure` keeps: its settings come from the environment."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    with serving() as served:
        pages = {"authorization_endpoint": "authorize", "token_endpoint": "access_token"}
        pages = {name: f"{served.url}/login/oauth/{page}" for name, page in pages.items()}
        monkeypatch.setattr(github, "METADATA", {**github.METADATA, **pages})
        monkeypatch.setattr(github, "API", served.url)
        for name, text in served.environ().items():
            monkeypatch.setenv(name, text)
        yield served


@pytest.fixture
def trusting(site: GitHub, configure: MakeApp) -> Flask:
    return configure(trusts_github)


@pytest.fixture
def browser(trusting: Flask) -> Browser:
    return Browser(trusting)


def address(
    email: str | None, *, verified: object = True, primary: object = False
) -> dict[str, Any]:
    return {"email": email, "verified": verified, "primary": primary}


OTHER = "other@example.com"


@pytest.mark.parametrize(
    ("listed", "chosen"),
    [
        ([address(None)], None),
        ([VERIFIED], EMAIL),
        ([address(OTHER), VERIFIED], EMAIL),
        ([address(EMAIL, verified=False, primary=True), address(OTHER)], OTHER),
        ([address(EMAIL, verified=False, primary=True)], None),
        ([address(EMAIL, verified="true", primary=True)], None),
        ([address(EMAIL, verified=1, primary=True)], None),
        ([address(EMAIL, verified=None)], None),
        ([], None),
    ],
)
def test_the_address_is_a_verified_one_and_the_primary_if_it_can(
    trusting: Flask,
    browser: Browser,
    site: GitHub,
    listed: list[dict[str, Any]],
    chosen: str | None,
) -> None:
    """The one on the profile may be anybody's."""
    site.emails, site.user["email"] = listed, "profile@example.com"
    arrive(browser, LOGIN)
    assert emails(trusting) == ([chosen] if chosen else [])
    assert browser.is_signed_in() == bool(chosen)
    if chosen is None:
        assert "Your account at GitHub is not connected yet." in flashed(browser)


def test_what_is_asked(browser: Browser, site: GitHub) -> None:
    leave(browser, LOGIN)
    assert site.asked["scope"] == "read:user user:email"
    assert site.asked["code_challenge_method"] == "S256"
    assert site.asked["redirect_uri"] == "https://app.example/auth/with/github/callback"
    assert not {"nonce", "max_age"} & site.asked.keys()


def test_a_name_that_changed_hands_lets_nobody_in(
    trusting: Flask, browser: Browser, site: GitHub
) -> None:
    """Users rename themselves, and others may then take the name and the address."""
    arrive(browser, LOGIN)
    assert connections(trusting) == ["1001"]
    site.user |= {"id": 2002}
    thief = Browser(trusting)
    arrive(thief, LOGIN)
    assert not thief.is_signed_in()
    site.user |= {"id": 1001, "login": "renamed", "name": None}
    site.emails = [address("new@example.com")]
    other = Browser(trusting)
    arrive(other, LOGIN)
    assert other.name() == "Ana"
    assert emails(trusting) == [EMAIL]


def test_without_a_name_it_is_that_of_the_login(browser: Browser, site: GitHub) -> None:
    site.user["name"] = None
    arrive(browser, LOGIN)
    assert browser.name() == "ana"


HTML = Response("<h1>Unicorn!</h1>", mimetype="text/html")
BROKEN = {
    "an error of its own": Response('{"message": "x"}', 500, mimetype="application/json"),
    "too many requests": Response('{"message": "x"}', 403, mimetype="application/json"),
    "a page": HTML,
    "a page of an error": Response("<h1>Unicorn!</h1>", 502, mimetype="text/html"),
    "nothing": Response(""),
    "null": Response("null", mimetype="application/json"),
    "a number": Response("5", mimetype="application/json"),
    "a text": Response('"x"', mimetype="application/json"),
    "half an answer": Response('{"id": 1001, "log', mimetype="application/json"),
    "bytes": Response(b"\xff\xfe\x00", mimetype="application/json"),
    "another page": Response("", 302, headers={"Location": "http://127.0.0.1:1/"}),
}


def assert_refused(app: Flask, browser: Browser) -> None:
    done = arrive(browser, LOGIN)
    assert (done.status_code, done.location) == (303, "/auth/login")
    assert FAILED in flashed(browser)
    assert not browser.is_signed_in()
    assert (emails(app), connections(app), events(app, "social_failed")) == ([], [], 1)


@pytest.mark.parametrize("path", [EXCHANGE, USER, EMAILS])
@pytest.mark.parametrize("what", BROKEN)
def test_an_answer_that_is_broken_is_one_clear_sentence(
    trusting: Flask, browser: Browser, site: GitHub, path: str, what: str
) -> None:
    site.instead[path] = BROKEN[what]
    assert_refused(trusting, browser)
    del site.instead[path]
    arrive(browser, LOGIN)
    assert browser.is_signed_in()


@pytest.mark.parametrize("path", [EXCHANGE, USER, EMAILS])
def test_a_slow_answer_is_not_waited_for(
    trusting: Flask, browser: Browser, site: GitHub, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "TIMEOUT_SECONDS", 0.2)
    site.slow.add(path)
    assert_refused(trusting, browser)


def test_neither_code_nor_secret_follows_a_redirect(
    trusting: Flask, browser: Browser, site: GitHub
) -> None:
    there = {"Location": f"{site.url}/elsewhere"}
    site.instead[EXCHANGE] = Response("", 307, headers=there)
    text = Flask("x").json.dumps({"access_token": TOKEN, "token_type": "bearer"})
    site.instead["/elsewhere"] = Response(text, mimetype="application/json")
    assert_refused(trusting, browser)


@pytest.mark.parametrize(
    "answer",
    [
        {"error": "bad_verification_code", "error_description": "The code is incorrect."},
        {"error": "incorrect_client_credentials"},
        {"token_type": "bearer"},
        {"access_token": None, "token_type": "bearer"},
    ],
    ids=str,
)
def test_an_error_with_the_status_of_success_is_one(
    trusting: Flask, browser: Browser, site: GitHub, answer: dict[str, Any]
) -> None:
    text = Flask("x").json.dumps(answer)
    site.instead[EXCHANGE] = Response(text, mimetype="application/json")
    assert_refused(trusting, browser)


@pytest.mark.parametrize(
    "user",
    [
        {"id": "ana"},
        {"id": ""},
        {"id": None},
        {"id": []},
        {"id": 10**300},
        {"name": "A\x00na"},
        {"name": "\ud800"},
    ],
    ids=ascii,
)
def test_a_user_that_makes_no_sense_is_refused(
    trusting: Flask, browser: Browser, site: GitHub, user: dict[str, Any]
) -> None:
    site.user |= user
    assert_refused(trusting, browser)


@pytest.mark.parametrize("listed", [[None], [5], [{}], {"a": 1}])
def test_a_list_of_addresses_that_makes_no_sense_is_refused(
    trusting: Flask, browser: Browser, site: GitHub, listed: object
) -> None:
    site.emails = listed
    assert_refused(trusting, browser)


def test_github_confirms_nothing(trusting: Flask, browser: Browser) -> None:
    """It cannot be told to ask again, so the account gets a password by mail first."""
    arrive(browser, LOGIN)
    page = browser.get("/auth/confirm").text
    assert "/auth/confirm/with/github" not in page
    assert "/auth/reset" in page
    assert browser.post("/auth/confirm/with/github").status_code == 422
    assert browser.post("/account/connections/github").location.startswith("/auth/confirm")


def test_a_claim_to_confirm_is_no_answer_of_github(trusting: Flask, browser: Browser) -> None:
    arrive(browser, LOGIN)
    answer = leave(browser, LOGIN).replace("state=login.", "state=confirm.")
    browser.get(answer)
    assert browser.post("/account/connections/github").location.startswith("/auth/confirm")
    assert rows(trusting, "SELECT id FROM events WHERE kind = 'confirmed'") == []


def test_the_log_has_neither_code_nor_token_nor_secret(
    trusting: Flask, browser: Browser, site: GitHub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "my_flask_app")
    for broken in (None, *BROKEN.values()):
        for path in (EXCHANGE, USER, EMAILS):
            site.instead = {path: broken} if broken else {}
            arrive(browser, LOGIN)
            browser.logout()
    assert "github was refused" in caplog.text
    for secret in (CODE, TOKEN, CLIENT_SECRET):
        assert secret not in caplog.text
