"""Sessions expire when idle and at an absolute limit; the server decides, not the browser."""

from datetime import timedelta

from time_machine import TimeMachineFixture

from ....conftest import MakeApp
from ....support.http import Browser


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
