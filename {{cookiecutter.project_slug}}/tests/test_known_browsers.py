"""A stranger who guesses passwords does not keep the owner out of a browser used before."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.core.environ import Rate

from .acting import NEW_PASSWORD, change_password, copy_of
from .browser import EMAIL, KNOWN, PASSWORD, Browser
from .conftest import MakeApp
from .hashing import overtake
from .inside import rows, run_sql
from .letters import ask_for_link
from .people import add_user

BOB = "bob@example.com"
NOBODY = "nobody@example.com"
WRONG = "not the password at all"
addresses = count(1)


@pytest.fixture
def owner(app: Flask, user: str) -> Browser:
    """Return a browser that the account's owner has logged in with, and out again."""
    browser = Browser(app)
    browser.login()
    browser.logout()
    # That login was counted with those of strangers: the account did not know the browser yet.
    run_sql(app, "DELETE FROM throttles")
    return browser


def with_known(app: Flask, browser: Browser) -> Browser:
    """Return another browser that holds nothing but the cookie by which this one is known."""
    other = Browser(app)
    other.keep({KNOWN: browser.cookies()[KNOWN]})
    return other


def guess(app: Flask, times: int, email: str = EMAIL) -> list[int]:
    """Guess a password as a stranger does who has a network for each guess."""
    stranger, found = Browser(app), []
    for number in islice(addresses, times):
        stranger.environ_base["REMOTE_ADDR"] = f"10.0.{number // 250}.{number % 250}"
        found.append(stranger.login(email, WRONG).status_code)
    return found


def reset_password(app: Flask, browser: Browser, password: str) -> None:
    browser.get(ask_for_link(browser, "/auth/reset", EMAIL))
    done = browser.post("/auth/reset/finish", data={"password": password})
    assert done.location == "/auth/login"


def test_an_hour_of_guesses_keeps_the_owner_out_at_no_moment(
    app: Flask, owner: Browser, clock: TimeMachineFixture
) -> None:
    judged, password, other = [], PASSWORD, NEW_PASSWORD
    for minute in range(60):
        found = guess(app, 14)
        judged.append(found.count(422))
        assert found.count(429) == 14 - judged[-1]
        assert owner.login(password=password).status_code == 303
        # Nothing that the owner does gives the stranger another guess.
        if minute % 7 == 0:
            assert owner.post("/auth/confirm", data={"password": password}).status_code == 303
            form = {"current_password": password, "password": other}
            assert owner.post("/account/password", data=form).status_code == 303
            password, other = other, password
        owner.logout()
        clock.shift(60)
    assert judged == ([10] + [0] * 14) * 4


def test_only_a_reset_gives_the_stranger_more_guesses_and_then_its_browser_is_known(
    app: Flask, owner: Browser
) -> None:
    elsewhere = Browser(app)
    assert guess(app, 11) == [422] * 10 + [429]
    assert elsewhere.login().status_code == 429
    reset_password(app, elsewhere, NEW_PASSWORD)
    assert guess(app, 11) == [422] * 10 + [429]
    assert elsewhere.login(password=NEW_PASSWORD).status_code == 303
    # The former password was known here, and perhaps to a thief.
    assert owner.login(password=NEW_PASSWORD).status_code == 429


@pytest.mark.parametrize("email", [EMAIL, NOBODY])
def test_a_cookie_that_an_account_does_not_know_gives_no_guess(
    app: Flask, owner: Browser, email: str
) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    bob = Browser(app)
    bob.login(BOB)
    guess(app, 10, email)
    assert with_known(app, bob).login(email, WRONG).status_code == 429
    made_up = Browser(app)
    made_up.keep({KNOWN: "x" * 43})
    assert made_up.login(email, WRONG).status_code == 429


def test_a_known_browser_has_ten_guesses_of_its_own_and_a_login_forgives_them(
    app: Flask, owner: Browser
) -> None:
    for _ in range(2):
        thief = with_known(app, owner)
        assert [thief.login(password=WRONG).status_code for _ in range(9)] == [422] * 9
        assert owner.login().status_code == 303
    # The copies are useless: the browser has another cookie now.
    assert with_known(app, owner).login(password=WRONG).status_code == 422
    assert [thief.login(password=WRONG).status_code for _ in range(11)] == [422] * 10 + [429]
    assert [owner.login(password=WRONG).status_code for _ in range(10)] == [422] * 9 + [429]
    assert owner.login().status_code == 429


def test_a_login_of_another_account_in_the_browser_forgives_nothing(
    app: Flask, owner: Browser
) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    for _ in range(10):
        assert owner.login(password=WRONG).status_code == 422
        assert owner.login(BOB).status_code == 303
    assert owner.login(password=WRONG).status_code == 429


def test_the_network_is_counted_first(configure: MakeApp, user: str) -> None:
    app = configure(login_attempts_per_address=Rate(3, 900))
    owner = Browser(app)
    owner.login()
    assert [owner.login(password=WRONG).status_code for _ in range(3)] == [422, 422, 429]
    assert owner.post("/auth/confirm", data={"password": PASSWORD}).status_code == 429
    owner.environ_base["REMOTE_ADDR"] = "10.0.0.2"
    assert owner.login().status_code == 303


def test_logins_of_two_accounts_at_once_in_browsers_that_both_use_all_succeed(
    configure: MakeApp, user: str
) -> None:
    """They move the same rows: in another order one of them would fail (PostgreSQL)."""
    app = configure(login_attempts_per_account=Rate(100, 900))
    with app.app_context():
        add_user(BOB, name="Bob")
    browsers = [Browser(app) for _ in range(2)]
    for browser in browsers:
        assert [browser.login(email).status_code for email in (EMAIL, BOB)] == [303, 303]
    tries = [(copy_of(one), email) for one in browsers for email in (EMAIL, BOB)] * 3
    for browser, (copy, _) in zip(browsers * 6, tries, strict=True):
        copy.keep({KNOWN: browser.cookies()[KNOWN]})
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda one: one[0].login(one[1]).status_code, tries))
    assert answers == [303] * 12


def test_guesses_at_the_same_moment_are_all_counted(app: Flask, owner: Browser) -> None:
    thieves = [with_known(app, owner) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda one: one.login(password=WRONG).status_code, thieves * 3))
    assert sorted(found) == [422] * 10 + [429] * 2
    # The browser's count and the network's, none of the account's.
    counted = rows(app, "SELECT count FROM throttles")
    assert [row["count"] for row in counted] == [12, 12]


def test_a_password_change_that_overtakes_a_login_leaves_its_browser_unknown(
    app: Flask, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.login()
    thief = Browser(app)
    changed = overtake(monkeypatch, lambda: change_password(owner))
    thief.login()
    assert changed == [303]
    assert KNOWN not in thief.cookies()
    assert not thief.is_signed_in()
    assert len(rows(app, "SELECT id FROM known_browsers")) == 1
