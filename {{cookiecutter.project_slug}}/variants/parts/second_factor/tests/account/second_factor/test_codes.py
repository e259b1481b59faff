"""A code works once, and guessing is throttled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.account.second_factor import codes
from {{ cookiecutter.project_slug }}.core.environ import Rate

from ...conftest import MakeApp
from ...support.accounts import change_password, copy_of
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.mail import letters
from ...support.sql import rows, run_sql
from .phone import ARRIVING, PAGE, Phone, equip, give_code, give_password

Pick = Callable[[Phone], str]

CLOSED = "codes of your app are blocked"

CONFIRM = "/auth/confirm"
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


def half_way(app: Flask) -> Browser:
    browser = Browser(app)
    give_password(browser)
    return browser


def statuses(app: Flask, code: str, times: int) -> list[int]:
    """Enter a code this many times, each time from the page that asks for it."""
    browser = half_way(app)
    return [give_code(copy_of(browser), code).status_code for _ in range(times)]


@either
def test_a_code_works_once(app: Flask, phone: Phone, pick: Pick) -> None:
    code = pick(phone)
    assert give_code(half_way(app), code).status_code == 303
    assert give_code(half_way(app), code).status_code == 422


def test_wrong_codes_are_throttled_like_wrong_passwords(configure: MakeApp, phone: Phone) -> None:
    app = configure(login_attempts_per_account=Rate(3, 900))
    assert statuses(app, phone.wrong_code(), 5) == [422, 422, 422, 429, 429]
    # Passwords are counted separately.
    assert Browser(app).login().status_code == 303


@pytest.fixture
def patient(configure: MakeApp, user: str) -> Flask:
    """Return an app without limits, except the one for codes."""
    many = Rate(1000, 900)
    return configure(login_attempts_per_account=many, login_attempts_per_address=many)


@pytest.fixture
def patients_phone(patient: Flask, clock: TimeMachineFixture) -> Phone:
    return equip(patient)


@pytest.fixture
def guesser(patient: Flask, patients_phone: Phone) -> Browser:
    """Return a browser that has passed the password step."""
    browser = Browser(patient)
    give_password(browser)
    return browser


def failures(app: Flask) -> int:
    (row,) = rows(app, "SELECT failures FROM second_factors")
    return int(row["failures"])


def let_fail(app: Flask, times: int) -> None:
    run_sql(app, "UPDATE second_factors SET failures = :times", times=times)


def test_after_fifty_wrong_codes_the_right_one_is_refused(
    patient: Flask, patients_phone: Phone, guesser: Browser
) -> None:
    wrong = patients_phone.wrong_code()
    let_fail(patient, 45)
    for _ in range(4):
        assert CLOSED not in give_code(guesser, wrong).text
    assert CLOSED in give_code(guesser, wrong).text
    assert failures(patient) == 50
    refused = give_code(guesser, patients_phone.code())
    assert refused.status_code == 422
    assert "Please use a recovery code" in refused.text
    assert not guesser.is_signed_in()
    # The page says so before the user tries, on the next day too.
    assert CLOSED in guesser.get(ARRIVING).text


def test_a_recovery_code_works_and_makes_codes_of_the_app_work_again(
    patient: Flask, patients_phone: Phone, guesser: Browser
) -> None:
    let_fail(patient, 50)
    assert give_code(guesser, "a" * 24).status_code == 422
    assert failures(patient) == 50
    assert give_code(guesser, patients_phone.recovery_codes[0]).status_code == 303
    assert guesser.is_signed_in()
    assert failures(patient) == 0
    give_password(guesser)
    assert give_code(guesser, patients_phone.code()).status_code == 303


def test_concurrent_guesses_are_counted_before_they_are_compared(
    patient: Flask, patients_phone: Phone, guesser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_fail(patient, 48)
    compared: list[str] = []

    def compare(secret: str, typed: str) -> None:
        compared.append(typed)

    monkeypatch.setattr(codes, "matching_step", compare)
    browsers = [copy_of(guesser) for _ in range(6)]
    with ThreadPoolExecutor(max_workers=6) as threads:
        list(threads.map(lambda one: give_code(one, "000000"), browsers))
    assert len(compared) == 2
    assert failures(patient) == 50


def test_the_user_gets_one_notice_a_day_while_wrong_codes_arrive(
    patient: Flask, patients_phone: Phone, clock: TimeMachineFixture
) -> None:
    told = []
    let_fail(patient, 42)
    for _ in range(4):
        guesser = Browser(patient)
        give_password(guesser)
        for _ in range(4):
            give_code(guesser, patients_phone.wrong_code())
        told += [letter["To"] for letter in letters(patient)]
        clock.shift(timedelta(hours=12))
    # Two days; codes of the app are refused on the second.
    assert failures(patient) == 50
    assert told == [EMAIL] * 2


@pytest.fixture
def ana(client: Browser, phone: Phone, clock: TimeMachineFixture) -> Browser:
    """Return a browser whose user logged in an hour ago with password and code."""
    give_password(client, remember="y")
    give_code(client, phone.code())
    clock.shift(60 * 60)
    return client


def confirm(browser: Browser, code: str, password: str = PASSWORD) -> TestResponse:
    return browser.post(CONFIRM, data={"password": password, "code": code, "next": PAGE})


@either
def test_a_user_confirms_with_password_and_code(
    app: Flask, ana: Browser, phone: Phone, pick: Pick
) -> None:
    assert 'autocomplete="one-time-code"' in ana.get(CONFIRM).text
    code = pick(phone)
    assert confirm(ana, code).location == PAGE
    assert ana.get(PAGE).status_code == 200
    # The code is used up, here and at the login.
    assert confirm(ana, code).status_code == 422
    fresh = Browser(app)
    give_password(fresh)
    assert give_code(fresh, code).status_code == 422


def test_a_thief_without_a_code_cannot_switch_it_off_or_bypass_it(
    app: Flask, ana: Browser, phone: Phone
) -> None:
    thief = copy_of(ana)
    assert thief.post(CONFIRM, data={"password": PASSWORD}).status_code == 422
    assert confirm(thief, phone.wrong_code()).status_code == 422
    thief.post(f"{PAGE}/off")
    thief.post(f"{PAGE}/codes")
    assert change_password(thief) == 303
    thief.post("/account/delete", data={"password": PASSWORD})
    kinds = {row["kind"] for row in rows(app, "SELECT kind FROM events")}
    assert kinds <= {"login", "session_rotated", "confirm_failed", "second_factor_failed"}
    give_password(Browser(app))
