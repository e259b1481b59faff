"""The server ends sessions by its own clock, and deletes their rows."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from .....conftest import MakeApp
from .....support.accounts import change_password
from .....support.http import Browser, keep_words
from .....support.mail import open_link
from .....support.sql import rows, run_sql

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
COUNT = "SELECT COUNT(*) AS n FROM sessions"

kinds = pytest.mark.parametrize(
    ("remember", "idle", "absolute"),
    [({}, 30 * MINUTE, 12 * HOUR), ({"remember": "on"}, 7 * DAY, 30 * DAY)],
)


def count(app: Flask) -> int:
    (row,) = rows(app, COUNT)
    return int(row["n"])


@kinds
def test_the_idle_session_of_a_user_expires(
    client: Browser,
    user: str,
    remember: dict[str, str],
    idle: int,
    absolute: int,
    clock: TimeMachineFixture,
) -> None:
    client.login(**remember)
    clock.shift(idle - 1)
    assert client.is_signed_in()
    clock.shift(idle - 1)
    assert client.is_signed_in()
    clock.shift(idle)
    assert not client.is_signed_in()
    assert client.jar() != {}


def test_the_idle_session_of_a_visitor_expires(
    make_app: MakeApp, clock: TimeMachineFixture
) -> None:
    keep_words(app := make_app())
    client = Browser(app)
    client.get("/test-keep")
    for _ in range(2):
        clock.shift(30 * MINUTE - 1)
        assert client.get("/test-look").text == "green"
    clock.shift(30 * MINUTE)
    assert client.get("/test-look").text == "None"


def test_storing_a_value_counts_as_use_of_a_session(
    client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    client.login()
    for _ in range(3):
        clock.shift(20 * MINUTE)
        # The session holds the flash message for the next page.
        answer = client.post("/account/", data={"name": "Ana", "language": "en"})
        assert answer.location == "/account/"


@kinds
def test_a_session_ends_however_busy_it_is(
    client: Browser,
    user: str,
    remember: dict[str, str],
    idle: int,
    absolute: int,
    clock: TimeMachineFixture,
) -> None:
    client.login(**remember)
    times = absolute // idle
    for _ in range(times):
        clock.shift(idle - 1)
        client.get("/")
    clock.shift(absolute - times * (idle - 1) - 1)
    assert client.is_signed_in()
    clock.shift(1)
    assert not client.is_signed_in()


def test_a_proof_does_not_move_the_end(
    configure: MakeApp, user: str, clock: TimeMachineFixture
) -> None:
    client = Browser(configure(session_absolute_seconds=HOUR))
    client.login()
    clock.shift(20 * MINUTE)
    assert change_password(client) == 303
    clock.shift(29 * MINUTE)
    assert client.is_signed_in()
    clock.shift(11 * MINUTE)
    assert not client.is_signed_in()


def test_an_expired_session_does_not_count_towards_the_limit(
    configure: MakeApp, user: str, clock: TimeMachineFixture
) -> None:
    app = configure(sessions_per_user=2)
    remembered, forgotten, fresh = Browser(app), Browser(app), Browser(app)
    remembered.login(remember="on")
    clock.shift(1)
    forgotten.login()
    clock.shift(30 * MINUTE)
    fresh.login()
    assert remembered.is_signed_in()
    assert fresh.is_signed_in()


def test_purge_deletes_only_expired_sessions(
    app: Flask, user: str, clock: TimeMachineFixture
) -> None:
    remembered, forgotten, fresh = Browser(app), Browser(app), Browser(app)
    remembered.login(remember="on")
    forgotten.login()
    visitor = Browser(app)
    open_link(visitor)
    clock.shift(30 * MINUTE - 1)
    fresh.login()

    said = app.test_cli_runner().invoke(args=["purge"])
    assert "0 sessions" in said.output
    clock.shift(1)
    said = app.test_cli_runner().invoke(args=["purge"])
    assert said.exit_code == 0
    assert "2 sessions" in said.output
    assert count(app) == 2
    assert remembered.is_signed_in()
    assert fresh.is_signed_in()


def test_each_login_deletes_a_few_expired_rows(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    for number in range(30):
        run_sql(
            app,
            "INSERT INTO sessions (token_hash, handle, data, remembered, created_at,"
            " seen_at, address, client) VALUES (:hash, :handle, '{}', :no, :at, :at,"
            " '', '')",
            hash=bytes([number]),
            handle=str(number),
            no=False,
            at="2000-01-01 00:00:00+00:00",
        )
    client.login()
    left = count(app)
    assert 1 < left < 31
    client.login()
    assert count(app) < left
    assert client.is_signed_in()
