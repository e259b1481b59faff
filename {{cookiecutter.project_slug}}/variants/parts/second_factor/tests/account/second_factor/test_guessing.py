"""An attacker with the password cannot keep guessing codes, and the user is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.account.second_factor import codes
from {{ cookiecutter.project_slug }}.core.environ import Rate

from ...conftest import MakeApp
from ...support.accounts import copy_of
from ...support.http import EMAIL, Browser
from ...support.mail import letters
from ...support.sql import rows, run_sql
from .phone import ARRIVING, Phone, equip, give_code, give_password

CLOSED = "codes of your app are blocked"


@pytest.fixture
def patient(configure: MakeApp, user: str) -> Flask:
    """Return an app without limits, except the one for codes."""
    many = Rate(1000, 900)
    return configure(login_attempts_per_account=many, login_attempts_per_address=many)


@pytest.fixture
def phone(patient: Flask, clock: TimeMachineFixture) -> Phone:
    return equip(patient)


@pytest.fixture
def guesser(patient: Flask, phone: Phone) -> Browser:
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
    patient: Flask, phone: Phone, guesser: Browser
) -> None:
    wrong = phone.wrong_code()
    let_fail(patient, 45)
    for _ in range(4):
        assert CLOSED not in give_code(guesser, wrong).text
    assert CLOSED in give_code(guesser, wrong).text
    assert failures(patient) == 50
    refused = give_code(guesser, phone.code())
    assert refused.status_code == 422
    assert "Please use a recovery code" in refused.text
    assert not guesser.is_signed_in()
    # The page says so before the user tries, on the next day too.
    assert CLOSED in guesser.get(ARRIVING).text


def test_a_recovery_code_works_and_makes_codes_of_the_app_work_again(
    patient: Flask, phone: Phone, guesser: Browser
) -> None:
    let_fail(patient, 50)
    assert give_code(guesser, "a" * 24).status_code == 422
    assert failures(patient) == 50
    assert give_code(guesser, phone.recovery_codes[0]).status_code == 303
    assert guesser.is_signed_in()
    assert failures(patient) == 0
    give_password(guesser)
    assert give_code(guesser, phone.code()).status_code == 303


def test_concurrent_guesses_are_counted_before_they_are_compared(
    patient: Flask, phone: Phone, guesser: Browser, monkeypatch: pytest.MonkeyPatch
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
    patient: Flask, phone: Phone, clock: TimeMachineFixture
) -> None:
    told = []
    let_fail(patient, 34)
    for _ in range(8):
        guesser = Browser(patient)
        give_password(guesser)
        for _ in range(4):
            give_code(guesser, phone.wrong_code())
        told += [letter["To"] for letter in letters(patient)]
        clock.shift(timedelta(hours=6))
    # Two days; codes of the app are refused on the second.
    assert failures(patient) == 50
    assert told == [EMAIL] * 2
