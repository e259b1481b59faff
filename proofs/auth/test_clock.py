"""A clock that is set back locks no user out, and revives no session."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from ...support.accounts import copy_of
from ...support.http import EMAIL, Browser
from ...support.mail import ask_for_link

WRONG = "not the one, but long enough"
BACK = [timedelta(seconds=-2), timedelta(days=-2)]

back = pytest.mark.parametrize("by", BACK, ids=["a little", "by days"])


@back
def test_a_signed_in_user_stays_signed_in_and_can_log_out(
    client: Browser, user: str, clock: TimeMachineFixture, by: timedelta
) -> None:
    client.login()
    clock.shift(by)
    assert client.is_signed_in()
    thief = copy_of(client)
    client.logout()
    assert not client.is_signed_in()
    assert not thief.is_signed_in()


@back
def test_ended_sessions_stay_ended(
    client: Browser, user: str, clock: TimeMachineFixture, by: timedelta
) -> None:
    client.login()
    thief = copy_of(client)
    client.logout()
    clock.shift(by)
    assert not thief.is_signed_in()


@back
def test_people_log_in_again(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture, by: timedelta
) -> None:
    client.login()
    clock.shift(by)
    assert Browser(app).login().status_code == 303


def test_no_user_is_locked_out_until_the_clock_catches_up(
    client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    for _ in range(11):
        locked = client.login(password=WRONG)
    assert locked.status_code == 429
    clock.shift(timedelta(days=-2))
    assert client.login().status_code == 303


def test_setting_it_back_a_little_does_not_help_to_guess(
    client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    client.login(password=WRONG)
    clock.shift(timedelta(seconds=-30))
    for _ in range(9):
        client.login(password=WRONG)
    assert client.login().status_code == 429


@back
def test_a_link_still_opens(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture, by: timedelta
) -> None:
    link = ask_for_link(client, "/auth/reset", EMAIL)
    clock.shift(by)
    assert client.get(link).status_code == 303
