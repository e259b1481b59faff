"""The cookie of a known browser: when it is set, what is stored of it, when it expires."""

import hashlib
from collections.abc import Callable

import pytest
from flask import Flask

from ...auth.test_browsers import known
from ...support.accounts import NEW_PASSWORD, add_user, end_everywhere
from ...support.http import EMAIL, KNOWN, PASSWORD, Browser, SetCookie, set_cookies
from ...support.mail import ask_for_link
from ...support.sql import statements

BOB = "bob@example.com"
WRONG = "not the password at all"


def held(browser: Browser) -> bytes:
    return hashlib.sha256(browser.cookies()[KNOWN].encode()).digest()


def set_by(browser: Browser, path: str, **form: str) -> list[SetCookie]:
    answer = browser.post(path, data=form)
    return [cookie for cookie in set_cookies(answer) if cookie.name == KNOWN]


def test_registration_and_a_finished_reset_set_the_browser_cookie(
    app: Flask, client: Browser
) -> None:
    client.get(ask_for_link(client, "/auth/register", EMAIL))
    form = {"name": "Ana", "password": PASSWORD}
    assert len(set_by(client, "/auth/register/finish", **form)) == 1
    assert known(app) == [held(client)]
    elsewhere = Browser(app)
    elsewhere.get(ask_for_link(elsewhere, "/auth/reset", EMAIL))
    assert set_by(elsewhere, "/auth/reset/finish", password="short") == []
    assert len(set_by(elsewhere, "/auth/reset/finish", password=NEW_PASSWORD)) == 1
    assert known(app) == [held(elsewhere)]


def test_the_browser_cookie_signs_nobody_in(app: Flask, client: Browser, user: str) -> None:
    client.login()
    thief = Browser(app)
    thief.keep({KNOWN: client.cookies()[KNOWN]})
    assert not thief.is_signed_in()
    assert thief.post("/auth/confirm", data={"password": PASSWORD}).location == "/auth/login"


def run(app: Flask, *args: str) -> None:
    assert app.test_cli_runner().invoke(args=["user", *args]).exit_code == 0


@pytest.mark.parametrize(
    ("work", "bobs"),
    [
        (lambda app: run(app, "end-sessions", EMAIL), 1),
        (lambda app: run(app, "disable", EMAIL), 1),
        (lambda app: run(app, "delete", EMAIL), 1),
        (lambda app: run(app, "end-sessions", "--all"), 0),
        (end_everywhere, 1),
    ],
)
def test_ending_every_session_forgets_every_browser(
    app: Flask, client: Browser, user: str, work: Callable[[Flask], None], bobs: int
) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    client.login(BOB)
    client.login()
    work(app)
    assert known(app) == []
    assert len(known(app, BOB)) == bobs


def test_only_a_login_looks_it_up(app: Flask, client: Browser, user: str) -> None:
    client.login()
    with statements(app) as run:
        for path in ("/", "/auth/login", "/account/", "/account/password"):
            client.get(path)
        for path in ("/auth/confirm", "/account/", "/auth/logout", "/auth/reset"):
            client.post(path, data={"password": PASSWORD, "email": EMAIL, "name": "Ana"})
    assert not [one for one in run if "known_browsers" in one]


def test_the_browser_cookie_is_looked_up_for_unknown_accounts_too(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    work = []
    for email in (EMAIL, "nobody@example.com"):
        browser = Browser(app)
        browser.keep({KNOWN: "x" * 43})
        browser.login(email, WRONG)
        with statements(app) as run:
            answer = browser.login(email, WRONG)
        work.append((answer.text.replace(email, ""), run))
    assert work[0] == work[1]
    assert [one for one in work[0][1] if "known_browsers" in one]
