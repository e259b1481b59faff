"""Sessions expire when idle and at an absolute limit; the server decides, not the browser."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.core.environ import Rate

from ...conftest import MakeApp
from ...support.accounts import add_user, copy_of, end_session, handles
from ...support.http import Browser
from ...support.mail import open_link

SECOND = timedelta(seconds=1)
PLAIN: dict[str, str] = {}
REMEMBERED = {"remember": "y"}
MANY = Rate(100, 900)


@pytest.mark.parametrize(
    ("login", "idle"),
    [(PLAIN, timedelta(minutes=30)), (REMEMBERED, timedelta(days=7))],
)
def test_an_idle_session_expires(
    client: Browser,
    user: str,
    clock: TimeMachineFixture,
    login: dict[str, str],
    idle: timedelta,
) -> None:
    client.login(**login)
    # Each use restarts the idle time: twice just before it ends.
    for _ in range(2):
        clock.shift(idle - SECOND)
        assert client.is_signed_in()
    clock.shift(idle)
    assert not client.is_signed_in()
    assert client.get("/auth/login").status_code == 200


@pytest.mark.parametrize(
    ("login", "step", "absolute"),
    [
        (PLAIN, timedelta(minutes=29), timedelta(hours=12)),
        (REMEMBERED, timedelta(days=6), timedelta(days=30)),
    ],
)
def test_a_busy_session_expires_at_the_absolute_limit(
    client: Browser,
    user: str,
    clock: TimeMachineFixture,
    login: dict[str, str],
    step: timedelta,
    absolute: timedelta,
) -> None:
    client.login(**login)
    age = timedelta()
    while age + step < absolute:
        age += step
        clock.shift(step)
        assert client.is_signed_in(), age
    clock.shift(absolute - age)
    assert not client.is_signed_in()


def test_an_ended_session_stays_ended_whichever_limit_is_longer(
    configure: MakeApp, user: str, clock: TimeMachineFixture
) -> None:
    app = configure(remember_idle_seconds=600, remember_absolute_seconds=600)
    client = Browser(app)
    client.login()
    copy = copy_of(client)
    client.logout()
    clock.shift(601)
    # A login deletes expired rows, and so does the command.
    Browser(app).login()
    app.test_cli_runner().invoke(args=["purge"])
    assert not copy.is_signed_in()


@pytest.fixture
def few(configure: MakeApp, user: str) -> Flask:
    """Return an app with a limit of three sessions for each account."""
    return configure(sessions_per_user=3, login_attempts_per_account=MANY)


def log_in(app: Flask, clock: TimeMachineFixture, **login: str) -> Browser:
    """Return a browser that logs in one second after the last one."""
    clock.shift(1)
    browser = Browser(app)
    assert browser.login(**login).status_code == 303
    return browser


def test_a_login_beyond_the_limit_ends_the_oldest_session(
    few: Flask, clock: TimeMachineFixture
) -> None:
    browsers = [log_in(few, clock) for _ in range(5)]
    assert [one.is_signed_in() for one in browsers] == [False, False, True, True, True]
    assert len(handles(few)) == 3


@pytest.fixture
def attacker(app: Flask) -> Browser:
    return Browser(app)


def test_a_visitors_planted_session_is_worthless_after_login(
    client: Browser, attacker: Browser, user: str
) -> None:
    open_link(attacker)
    planted = attacker.jar()
    assert planted
    client.keep(planted)
    client.login()
    assert client.is_signed_in()
    assert not set(planted.values()) & set(client.jar().values())
    assert not attacker.is_signed_in()


def test_a_planted_login_ends_when_its_victim_logs_in(
    app: Flask, client: Browser, attacker: Browser, user: str
) -> None:
    with app.app_context():
        add_user("mallory@example.com", name="Mallory")
    attacker.login("mallory@example.com")
    client.keep(attacker.jar())
    assert client.name() == "Mallory"
    client.login()
    assert client.name() == "Ana"
    assert not attacker.is_signed_in()


def test_a_token_from_before_a_login_is_dead_after_it(
    client: Browser, attacker: Browser, user: str
) -> None:
    client.login()
    attacker.keep(client.jar())
    assert attacker.is_signed_in()
    client.login(remember="y")
    assert not attacker.is_signed_in()
    assert client.is_signed_in()


def test_a_user_cannot_end_the_session_of_another_user(
    app: Flask, client: Browser, user: str
) -> None:
    with app.app_context():
        add_user("bob@example.com")
    client.login()
    (handle,) = handles(app)
    assert not end_session(app, handle, "bob@example.com")
    assert not end_session(app, "no such handle")
    assert client.is_signed_in()
