"""The cookie of a known browser: when it is set, what is stored of it, when it expires."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from itertools import count, islice

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.core.environ import Rate

from ..conftest import MakeApp
from ..support.accounts import NEW_PASSWORD, add_user, change_password, overtake
from ..support.http import EMAIL, KNOWN, PASSWORD, Browser, SetCookie, set_cookies
from ..support.mail import ask_for_link
from ..support.sql import rows, run_sql, statements

BOB = "bob@example.com"
NOBODY = "nobody@example.com"
WRONG = "not the password at all"
addresses = count(1)
DAYS_180 = 180 * 24 * 60 * 60


@pytest.fixture
def strict(configure: MakeApp) -> Flask:
    """Return an app that allows three guesses, so that few requests use them up."""
    return configure(login_attempts_per_account=Rate(3, 900))


@pytest.fixture
def owner(strict: Flask, user: str) -> Browser:
    """Return a browser that the account's owner has logged in with, and out again."""
    browser = Browser(strict)
    browser.login()
    browser.logout()
    # The first login used the count of unknown browsers: the account did not know this one yet.
    run_sql(strict, "DELETE FROM throttles")
    return browser


def with_known(app: Flask, browser: Browser) -> Browser:
    """Return another browser that holds only the known-browser cookie of this one."""
    other = Browser(app)
    other.keep({KNOWN: browser.cookies()[KNOWN]})
    return other


def guess(app: Flask, times: int, email: str = EMAIL) -> list[int]:
    """Guess a password as an attacker with a new network for each guess."""
    stranger, found = Browser(app), []
    for number in islice(addresses, times):
        stranger.environ_base["REMOTE_ADDR"] = f"10.0.{number // 250}.{number % 250}"
        found.append(stranger.login(email, WRONG).status_code)
    return found


def reset_password(app: Flask, browser: Browser, password: str) -> None:
    browser.get(ask_for_link(browser, "/auth/reset", EMAIL))
    done = browser.post("/auth/reset/finish", data={"password": password})
    assert done.location == "/auth/login"


def test_a_reset_starts_a_new_count_and_makes_its_browser_known(
    strict: Flask, owner: Browser
) -> None:
    elsewhere = Browser(strict)
    assert guess(strict, 4) == [422, 422, 422, 429]
    assert elsewhere.login().status_code == 429
    reset_password(strict, elsewhere, NEW_PASSWORD)
    assert guess(strict, 4) == [422, 422, 422, 429]
    assert elsewhere.login(password=NEW_PASSWORD).status_code == 303
    # This browser logged in with the old password, which a thief may know too.
    assert owner.login(password=NEW_PASSWORD).status_code == 429


@pytest.mark.parametrize("email", [EMAIL, NOBODY])
def test_a_cookie_unknown_to_the_account_gives_no_extra_guess(
    strict: Flask, owner: Browser, email: str
) -> None:
    with strict.app_context():
        add_user(BOB, name="Bob")
    bob = Browser(strict)
    bob.login(BOB)
    guess(strict, 3, email)
    assert with_known(strict, bob).login(email, WRONG).status_code == 429
    made_up = Browser(strict)
    made_up.keep({KNOWN: "x" * 43})
    assert made_up.login(email, WRONG).status_code == 429


def test_a_known_browser_has_its_own_guesses_until_it_logs_in(
    strict: Flask, owner: Browser
) -> None:
    for _ in range(2):
        thief = with_known(strict, owner)
        assert [thief.login(password=WRONG).status_code for _ in range(2)] == [422, 422]
        assert owner.login().status_code == 303
    # The copies are useless: the browser has a new cookie now.
    assert with_known(strict, owner).login(password=WRONG).status_code == 422
    assert [thief.login(password=WRONG).status_code for _ in range(4)] == [422, 422, 422, 429]
    assert [owner.login(password=WRONG).status_code for _ in range(3)] == [422, 422, 429]
    assert owner.login().status_code == 429


def test_a_password_change_during_a_login_leaves_its_browser_unknown(
    strict: Flask, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.login()
    thief = Browser(strict)
    changed = overtake(monkeypatch, lambda: change_password(owner))
    thief.login()
    assert changed == [303]
    assert KNOWN not in thief.cookies()
    assert not thief.is_signed_in()
    assert len(rows(strict, "SELECT id FROM known_browsers")) == 1


def known(app: Flask, email: str = EMAIL) -> list[bytes]:
    """Return the hashes of the browsers that an account knows, latest last."""
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


def test_only_a_login_sets_the_browser_cookie(app: Flask, client: Browser, user: str) -> None:
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


def test_each_login_rotates_the_browser_cookie_for_all_its_accounts(
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
    # Bob's other browser keeps its cookie.
    other = Browser(app)
    other.login(BOB)
    client.login(BOB)
    assert set(known(app, BOB)) == {held(client), held(other)}


def test_an_account_knows_the_ten_browsers_used_last(
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


def test_a_browser_cookie_expires_after_180_days_and_is_purged(
    strict: Flask, user: str, clock: TimeMachineFixture
) -> None:
    client = Browser(strict)
    client.login()
    for seconds, status, left in ((DAYS_180 - 1, 422, 1), (1, 429, 0)):
        clock.shift(seconds)
        for _ in range(3):
            Browser(strict).login(password=WRONG)
        assert client.login(password=WRONG).status_code == status
        strict.test_cli_runner().invoke(args=["purge"])
        assert len(known(strict)) == left
    assert client.login().status_code == 429
    clock.shift(timedelta(minutes=15))
    assert client.login().status_code == 303
    assert known(strict) == [held(client)]
