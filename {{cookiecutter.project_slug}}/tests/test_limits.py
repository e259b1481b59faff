"""Sessions end when unused and when old; the server decides, not the browser."""

from datetime import timedelta

import pytest
from time_machine import TimeMachineFixture

from .acting import copy_of
from .browser import Browser
from .conftest import MakeApp

SECOND = timedelta(seconds=1)
PLAIN: dict[str, str] = {}
REMEMBERED = {"remember": "y"}


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


def test_files_and_missing_pages_of_others_are_no_use(
    client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    client.login()
    for _ in range(2):
        clock.shift(timedelta(minutes=20))
        client.get("/static/style.css")
    assert not client.is_signed_in()


def test_the_limits_are_those_of_the_settings(
    configure: MakeApp, user: str, clock: TimeMachineFixture
) -> None:
    app = configure(
        session_idle_seconds=100,
        session_absolute_seconds=250,
        remember_idle_seconds=200,
        remember_absolute_seconds=600,
    )
    plain, remembered = Browser(app), Browser(app)
    plain.login()
    remembered.login(remember="y")
    seen = []
    for seconds in (99, 99, 99, 199, 199):
        clock.shift(seconds)
        seen.append((plain.is_signed_in(), remembered.is_signed_in()))
    assert seen == [
        (True, True),
        (True, True),
        (False, True),
        (False, True),
        (False, False),
    ]


def test_a_tightened_limit_ends_sessions_begun_before(
    client: Browser, user: str, configure: MakeApp, clock: TimeMachineFixture
) -> None:
    client.login()
    clock.shift(120)
    stricter = Browser(configure(session_idle_seconds=60))
    stricter.keep(client.jar())
    assert not stricter.is_signed_in()
    assert client.is_signed_in()


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
