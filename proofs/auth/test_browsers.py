"""An attacker who guesses passwords does not lock the user out of a known browser."""

from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.core.environ import Rate

from ...auth import test_browsers
from ...auth.test_browsers import guess, with_known
from ...conftest import MakeApp
from ...support.accounts import NEW_PASSWORD, add_user, copy_of
from ...support.http import EMAIL, KNOWN, PASSWORD, Browser
from ...support.sql import rows

strict = test_browsers.strict
owner = test_browsers.owner

BOB = "bob@example.com"
WRONG = "not the password at all"


def test_an_hour_of_guesses_keeps_the_owner_out_at_no_moment(
    app: Flask, user: str, clock: TimeMachineFixture
) -> None:
    """A stranger guesses 14 times a minute, each time from another network."""
    owner, judged, password, other = Browser(app), 0, PASSWORD, NEW_PASSWORD
    owner.login()
    for minute in range(60):
        if minute % 15 == 0:
            assert judged <= 10
            judged = 0
        found = guess(app, 14)
        judged += found.count(422)
        assert found.count(429) == 14 - found.count(422)
        owner.logout()
        assert owner.login(password=password).status_code == 303
        # Nothing that the owner does gives the stranger another guess.
        if minute % 10 == 0:
            assert owner.post("/auth/confirm", data={"password": password}).status_code == 303
            form = {"current_password": password, "password": other}
            assert owner.post("/account/password", data=form).status_code == 303
            password, other = other, password
        clock.shift(60)
    assert judged == 10


def test_a_login_of_another_account_in_the_browser_forgives_nothing(
    strict: Flask, owner: Browser
) -> None:
    with strict.app_context():
        add_user(BOB, name="Bob")
    for _ in range(3):
        assert owner.login(password=WRONG).status_code == 422
        assert owner.login(BOB).status_code == 303
    assert owner.login(password=WRONG).status_code == 429


def test_the_network_is_counted_first(configure: MakeApp, user: str) -> None:
    app = configure(login_attempts_per_address=Rate(3, 900))
    owner = Browser(app)
    owner.login()
    assert [owner.login(password=WRONG).status_code for _ in range(3)] == [
        422,
        422,
        429,
    ]
    assert owner.post("/auth/confirm", data={"password": PASSWORD}).status_code == 429
    owner.environ_base["REMOTE_ADDR"] = "10.0.0.2"
    assert owner.login().status_code == 303


def test_concurrent_logins_of_two_accounts_in_shared_browsers_succeed(
    configure: MakeApp, user: str
) -> None:
    """They update the same rows: another order could deadlock (PostgreSQL)."""
    app = configure(login_attempts_per_account=Rate(100, 900))
    with app.app_context():
        add_user(BOB, name="Bob")
    browsers = [Browser(app) for _ in range(2)]
    for browser in browsers:
        assert [browser.login(email).status_code for email in (EMAIL, BOB)] == [
            303,
            303,
        ]
    tries = [(copy_of(one), email) for one in browsers for email in (EMAIL, BOB)] * 3
    for browser, (copy, _) in zip(browsers * 6, tries, strict=True):
        copy.keep({KNOWN: browser.cookies()[KNOWN]})
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda one: one[0].login(one[1]).status_code, tries))
    assert answers == [303] * 12


def test_concurrent_guesses_in_a_known_browser_are_all_counted(
    strict: Flask, owner: Browser
) -> None:
    thieves = [with_known(strict, owner) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda one: one.login(password=WRONG).status_code, thieves * 3))
    assert sorted(found) == [422] * 3 + [429] * 9
    # Counted for the browser and for the network, not for the account.
    counted = rows(strict, "SELECT count FROM throttles")
    assert [row["count"] for row in counted] == [12, 12]
