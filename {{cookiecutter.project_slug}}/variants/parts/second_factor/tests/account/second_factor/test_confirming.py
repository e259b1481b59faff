"""With a second factor, confirming takes the password and a code."""

from collections.abc import Callable

import pytest
from flask import Flask
from time_machine import TimeMachineFixture
from werkzeug.test import TestResponse

from ...support.accounts import change_password, copy_of
from ...support.http import PASSWORD, Browser
from ...support.sql import rows
from .phone import PAGE, Phone, equip, give_code, give_password

CONFIRM = "/auth/confirm"
Pick = Callable[[Phone], str]
either = pytest.mark.parametrize(
    "pick",
    [
        pytest.param(lambda phone: phone.code(), id="of the app"),
        pytest.param(lambda phone: phone.recovery_codes[0], id="recovery"),
    ],
)


@pytest.fixture
def phone(app: Flask, user: str, clock: TimeMachineFixture) -> Phone:
    return equip(app)


@pytest.fixture
def owner(client: Browser, phone: Phone, clock: TimeMachineFixture) -> Browser:
    """Return a browser whose user logged in an hour ago with password and code."""
    give_password(client, remember="y")
    give_code(client, phone.code())
    clock.shift(60 * 60)
    return client


def confirm(browser: Browser, code: str, password: str = PASSWORD) -> TestResponse:
    return browser.post(CONFIRM, data={"password": password, "code": code, "next": PAGE})


@either
def test_a_user_confirms_with_password_and_code(
    app: Flask, owner: Browser, phone: Phone, pick: Pick
) -> None:
    assert 'autocomplete="one-time-code"' in owner.get(CONFIRM).text
    code = pick(phone)
    assert confirm(owner, code).location == PAGE
    assert owner.get(PAGE).status_code == 200
    # The code is used up, here and at the login.
    assert confirm(owner, code).status_code == 422
    fresh = Browser(app)
    give_password(fresh)
    assert give_code(fresh, code).status_code == 422


def test_a_thief_without_a_code_cannot_switch_it_off_or_bypass_it(
    app: Flask, owner: Browser, phone: Phone
) -> None:
    thief = copy_of(owner)
    assert thief.post(CONFIRM, data={"password": PASSWORD}).status_code == 422
    assert confirm(thief, phone.wrong_code()).status_code == 422
    thief.post(f"{PAGE}/off")
    thief.post(f"{PAGE}/codes")
    assert change_password(thief) == 303
    thief.post("/account/delete", data={"password": PASSWORD})
    kinds = {row["kind"] for row in rows(app, "SELECT kind FROM events")}
    assert kinds <= {"login", "session_rotated", "confirm_failed", "second_factor_failed"}
    give_password(Browser(app))
