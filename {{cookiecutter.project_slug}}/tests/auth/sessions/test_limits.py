"""Sessions end when unused and when old; the server decides, not the browser."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.core.environ import Rate

from ...conftest import MakeApp
from ...support.accounts import copy_of, handles
from ...support.http import Browser

SECOND = timedelta(seconds=1)
PLAIN: dict[str, str] = {}
REMEMBERED = {"remember": "y"}
MANY = Rate(100, 900)


@pytest.mark.parametrize(
    ("login", "idle"),
    [(PLAIN, timedelta(minutes=30)), (REMEMBERED, timedelta(days=7))],
)
def test_an_unused_login_ends(
    client: Browser,
    user: str,
    clock: TimeMachineFixture,
    login: dict[str, str],
    idle: timedelta,
) -> None:
    client.login(**login)
    # Being used starts the time anew: twice just short of it.
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
def test_a_login_in_constant_use_ends_too(
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


def test_a_session_that_was_ended_stays_so_whichever_limit_is_longer(
    configure: MakeApp, user: str, clock: TimeMachineFixture
) -> None:
    app = configure(remember_idle_seconds=600, remember_absolute_seconds=600)
    client = Browser(app)
    client.login()
    copy = copy_of(client)
    client.logout()
    clock.shift(601)
    # A login tidies up, and so does the command.
    Browser(app).login()
    app.test_cli_runner().invoke(args=["purge"])
    assert not copy.is_signed_in()


@pytest.fixture
def few(configure: MakeApp, user: str) -> Flask:
    """Return an app that lets an account have three."""
    return configure(sessions_per_user=3, login_attempts_per_account=MANY)


def log_in(app: Flask, clock: TimeMachineFixture, **login: str) -> Browser:
    """Return a browser that logs in a second after the last one."""
    clock.shift(1)
    browser = Browser(app)
    assert browser.login(**login).status_code == 303
    return browser


def test_one_more_ends_the_oldest(few: Flask, clock: TimeMachineFixture) -> None:
    browsers = [log_in(few, clock) for _ in range(5)]
    assert [one.is_signed_in() for one in browsers] == [False, False, True, True, True]
    assert len(handles(few)) == 3
