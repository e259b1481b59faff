"""The server ends sessions by its own clock, with one query at most."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from .....conftest import MakeApp
from .....support.accounts import copy_of
from .....support.http import Browser, keep_words
from .....support.sql import broken_database

kinds = pytest.mark.parametrize(
    ("remember", "idle", "absolute"),
    [
        ({}, timedelta(minutes=30), timedelta(hours=12)),
        ({"remember": "on"}, timedelta(days=7), timedelta(days=30)),
    ],
)
SECOND = timedelta(seconds=1)


@kinds
def test_an_idle_token_expires(
    client: Browser,
    user: str,
    remember: dict[str, str],
    idle: timedelta,
    absolute: timedelta,
    clock: TimeMachineFixture,
) -> None:
    client.login(**remember)
    unused = copy_of(client)
    clock.shift(idle - SECOND)
    assert client.is_signed_in()
    clock.shift(SECOND)
    assert client.is_signed_in()
    assert not unused.is_signed_in()


@kinds
def test_no_renewal_moves_the_absolute_end(
    client: Browser,
    user: str,
    remember: dict[str, str],
    idle: timedelta,
    absolute: timedelta,
    clock: TimeMachineFixture,
) -> None:
    client.login(**remember)
    times = absolute // idle
    for _ in range(times):
        clock.shift(idle - SECOND)
        client.get("/healthz")
    clock.shift(absolute - times * (idle - SECOND) - SECOND)
    assert client.is_signed_in()
    clock.shift(SECOND)
    assert not client.is_signed_in()


def test_a_session_that_cannot_be_checked_answers_503_and_stays(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    client.login()
    clock.shift(61)
    with broken_database(app):
        response = client.get("/account/")
    assert response.status_code == 503
    assert "Set-Cookie" not in response.headers
    assert client.is_signed_in()


@pytest.mark.parametrize("hours", [1, 12])
def test_flasks_own_session_expires_as_a_login_does(
    make_app: MakeApp, clock: TimeMachineFixture, hours: int
) -> None:
    keep_words(app := make_app(session_absolute_seconds=hours * 3600))
    client = Browser(app)
    client.get("/test-keep")
    clock.shift(timedelta(hours=hours))
    assert client.get("/test-look").text == "green"
    clock.shift(SECOND)
    assert client.get("/test-look").text == "None"
