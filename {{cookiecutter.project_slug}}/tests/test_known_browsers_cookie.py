"""The cookie by which a browser is known: when it is set, what is kept of it, when that goes."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from .acting import NEW_PASSWORD, change_password, end_everywhere
from .browser import EMAIL, KNOWN, PASSWORD, Browser
from .inside import rows
from .letters import ask_for_link
from .people import add_user
from .set_cookies import SetCookie, set_cookies
from .statements import statements

BOB = "bob@example.com"
WRONG = "not the password at all"
DAYS_180 = 180 * 24 * 60 * 60


def known(app: Flask, email: str = EMAIL) -> list[bytes]:
    """Return the hashes of the browsers that an account knows, the latest last."""
    statement = (
        "SELECT token_hash FROM known_browsers JOIN users ON users.id = user_id"
        " WHERE email = :email ORDER BY used_at, known_browsers.id"
    )
    return [bytes(row["token_hash"]) for row in rows(app, statement, email=email)]


def held(browser: Browser) -> bytes:
    return hashlib.sha256(browser.cookies()[KNOWN].encode()).digest()


def set_by(browser: Browser, path: str, **form: str) -> list[SetCookie]:
    answer = browser.post(path, data=form)
    return [cookie for cookie in set_cookies(answer) if cookie.name == KNOWN]


def test_a_login_and_nothing_else_sets_it(app: Flask, client: Browser, user: str) -> None:
    for form in ({"email": EMAIL, "password": WRONG}, {"email": "x", "password": "x"}):
        assert set_by(client, "/auth/login", **form) == []
    assert rows(app, "SELECT * FROM known_browsers") == []
    (cookie,) = set_by(client, "/auth/login", email=EMAIL, password=PASSWORD)
    assert len(cookie.value) == 43
    assert cookie.attributes["max-age"] == str(DAYS_180)
    assert known(app) == [held(client)]
    for path in ("/auth/confirm", "/account/password", "/auth/logout"):
        assert set_by(client, path, password=PASSWORD) == []
    assert known(app) == [held(client)]


def test_so_do_a_registration_and_a_finished_reset(app: Flask, client: Browser) -> None:
    client.get(ask_for_link(client, "/auth/register", EMAIL))
    form = {"name": "Ana", "password": PASSWORD}
    assert len(set_by(client, "/auth/register/finish", **form)) == 1
    assert known(app) == [held(client)]
    elsewhere = Browser(app)
    elsewhere.get(ask_for_link(elsewhere, "/auth/reset", EMAIL))
    assert set_by(elsewhere, "/auth/reset/finish", password="short") == []
    assert len(set_by(elsewhere, "/auth/reset/finish", password=NEW_PASSWORD)) == 1
    assert known(app) == [held(elsewhere)]


def test_it_opens_nothing(app: Flask, client: Browser, user: str) -> None:
    client.login()
    thief = Browser(app)
    thief.keep({KNOWN: client.cookies()[KNOWN]})
    assert not thief.is_signed_in()
    assert thief.post("/auth/confirm", data={"password": PASSWORD}).location == "/auth/login"


def test_each_login_gives_it_a_new_value_for_every_account_of_the_browser(
    app: Flask, client: Browser, user: str
) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    client.login()
    first = held(client)
    with statements(app) as run:
        client.login(BOB)
    moved = [one for one in run if one.startswith("UPDATE known_browsers SET token_hash")]
    assert len(moved) == 1
    assert known(app) == known(app, BOB) == [held(client)]
    client.login()
    assert known(app) == known(app, BOB) == [held(client)]
    assert first != held(client)
    # Bob has another browser, which stays as it is.
    other = Browser(app)
    other.login(BOB)
    client.login(BOB)
    assert set(known(app, BOB)) == {held(client), held(other)}


def test_an_account_knows_ten_browsers_the_latest_used(
    app: Flask, user: str, clock: TimeMachineFixture
) -> None:
    browsers = [Browser(app) for _ in range(12)]
    for browser in [*browsers[:10], browsers[0], *browsers[10:]]:
        clock.shift(100)
        assert browser.login().status_code == 303
    assert known(app) == [held(one) for one in [*browsers[3:10], browsers[0], *browsers[10:]]]


def change(app: Flask, browser: Browser) -> None:
    assert change_password(browser) == 303


def reset(app: Flask, browser: Browser) -> None:
    browser.get(ask_for_link(browser, "/auth/reset", EMAIL))
    done = browser.post("/auth/reset/finish", data={"password": NEW_PASSWORD})
    assert done.location == "/auth/login"


@pytest.mark.parametrize("work", [change, reset])
def test_a_new_password_forgets_the_other_browsers(
    app: Flask, client: Browser, user: str, work: Callable[[Flask, Browser], None]
) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    elsewhere = Browser(app)
    for browser in (elsewhere, client):
        browser.login(BOB)
        browser.login()
    work(app, client)
    assert known(app) == [held(client)]
    assert set(known(app, BOB)) == {held(client), held(elsewhere)}


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
def test_what_ends_every_session_forgets_every_browser(
    app: Flask, client: Browser, user: str, work: Callable[[Flask], None], bobs: int
) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    client.login(BOB)
    client.login()
    work(app)
    assert known(app) == []
    assert len(known(app, BOB)) == bobs


def test_after_180_days_it_is_worth_nothing_and_purged(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    client.login()
    for seconds, status, left in ((DAYS_180 - 1, 422, 1), (1, 429, 0)):
        clock.shift(seconds)
        for _ in range(10):
            Browser(app).login(password=WRONG)
        assert client.login(password=WRONG).status_code == status
        app.test_cli_runner().invoke(args=["purge"])
        assert len(known(app)) == left
    assert client.login().status_code == 429
    clock.shift(timedelta(minutes=15))
    assert client.login().status_code == 303
    assert known(app) == [held(client)]


def test_only_a_login_looks_it_up(app: Flask, client: Browser, user: str) -> None:
    client.login()
    with statements(app) as run:
        for path in ("/", "/auth/login", "/account/", "/account/password"):
            client.get(path)
        for path in ("/auth/confirm", "/account/", "/auth/logout", "/auth/reset"):
            client.post(path, data={"password": PASSWORD, "email": EMAIL, "name": "Ana"})
    assert not [one for one in run if "known_browsers" in one]


def test_it_is_looked_up_whether_there_is_an_account_or_not(
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
