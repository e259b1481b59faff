"""The number of sessions of an account is limited: a new login ends the oldest."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.core.environ import Rate

from ....auth.sessions.test_limits import log_in
from ....conftest import MakeApp
from ....support.accounts import add_user, end_everywhere
from ....support.http import Browser

BOB = "bob@example.com"
MANY = Rate(100, 900)


@pytest.fixture
def few(configure: MakeApp, user: str) -> Flask:
    """Return an app with a limit of three sessions for each account."""
    return configure(sessions_per_user=3, login_attempts_per_account=MANY)


def test_the_oldest_ends_however_busy_it_is(few: Flask, clock: TimeMachineFixture) -> None:
    oldest, *others = (log_in(few, clock) for _ in range(3))
    # Long enough for last_seen to be written.
    clock.shift(120)
    assert oldest.is_signed_in()
    others.append(log_in(few, clock))
    assert not oldest.is_signed_in()
    assert all(one.is_signed_in() for one in others)


def test_a_remembered_session_counts_like_any_other(few: Flask, clock: TimeMachineFixture) -> None:
    remembered = log_in(few, clock, remember="y")
    others = [log_in(few, clock) for _ in range(2)]
    assert remembered.is_signed_in()
    others.append(log_in(few, clock, remember="y"))
    assert not remembered.is_signed_in()
    assert all(one.is_signed_in() for one in others)


def test_sessions_are_counted_for_each_account(few: Flask, clock: TimeMachineFixture) -> None:
    with few.app_context():
        add_user(BOB)
    bob = log_in(few, clock, email=BOB)
    for _ in range(4):
        log_in(few, clock)
    assert bob.is_signed_in()


def test_a_browser_that_logs_in_again_takes_no_further_place(
    few: Flask, clock: TimeMachineFixture
) -> None:
    browsers = [log_in(few, clock) for _ in range(3)]
    for _ in range(3):
        clock.shift(1)
        browsers[2].login()
    assert all(one.is_signed_in() for one in browsers)


def test_a_session_that_was_ended_takes_no_place(few: Flask, clock: TimeMachineFixture) -> None:
    browsers = [log_in(few, clock) for _ in range(3)]
    browsers[1].logout()
    browsers.append(log_in(few, clock))
    assert [one.is_signed_in() for one in browsers] == [True, False, True, True]


def test_the_limit_can_be_one_session(
    configure: MakeApp, user: str, clock: TimeMachineFixture
) -> None:
    app = configure(sessions_per_user=1)
    first, second = log_in(app, clock), log_in(app, clock)
    assert not first.is_signed_in()
    assert second.is_signed_in()
    # The new session stays, even if the clock was set back.
    clock.shift(-60)
    third = Browser(app)
    third.login()
    assert third.is_signed_in()
    assert not second.is_signed_in()


def test_twenty_are_allowed_unasked(
    configure: MakeApp, user: str, clock: TimeMachineFixture
) -> None:
    app = configure(login_attempts_per_account=MANY)
    browsers = [log_in(app, clock) for _ in range(21)]
    assert [one.is_signed_in() for one in browsers[:2]] == [False, True]


def test_concurrent_logins_do_not_exceed_the_limit(few: Flask) -> None:
    browsers = [Browser(few) for _ in range(8)]
    with ThreadPoolExecutor(len(browsers)) as threads:
        answers = list(threads.map(Browser.login, browsers))
    assert {answer.status_code for answer in answers} == {303}
    assert sum(one.is_signed_in() for one in browsers) == 3


def test_concurrent_logins_and_session_ends_do_not_deadlock(few: Flask) -> None:
    """Both lock the same rows; in another order PostgreSQL could find a deadlock."""
    with ThreadPoolExecutor(4) as threads:
        logins = [threads.submit(Browser(few).login) for _ in range(12)]
        ends = [threads.submit(end_everywhere, few) for _ in range(6)]
    assert {login.result().status_code for login in logins} == {303}
    assert {end.result() for end in ends} == {None}
