"""An attacker with the password cannot keep guessing codes, and the user is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from ....account.second_factor import test_codes
from ....account.second_factor.phone import Phone, equip, give_code, give_password, switch_on
from ....account.second_factor.test_codes import failures, let_fail
from ....support.accounts import copy_of
from ....support.cli import run
from ....support.http import EMAIL, Browser
from ....support.mail import letters
from ....support.sql import rows

BOB = "bob@example.com"
patient = test_codes.patient


@pytest.fixture
def phone(patient: Flask, clock: TimeMachineFixture) -> Phone:
    return equip(patient)


@pytest.fixture
def guesser(patient: Flask, phone: Phone) -> Browser:
    """Return a browser that has passed the password step."""
    browser = Browser(patient)
    give_password(browser)
    return browser


def test_no_time_opens_it_again(patient: Flask, phone: Phone, clock: TimeMachineFixture) -> None:
    let_fail(patient, 50)
    clock.shift(timedelta(days=365))
    browser = Browser(patient)
    give_password(browser)
    assert give_code(browser, phone.code()).status_code == 422


def test_a_right_code_resets_the_failures(patient: Flask, phone: Phone, guesser: Browser) -> None:
    let_fail(patient, 48)
    give_code(guesser, phone.wrong_code())
    assert failures(patient) == 49
    assert give_code(guesser, phone.code()).status_code == 303
    assert failures(patient) == 0


def test_a_code_that_was_used_before_is_a_wrong_one(
    patient: Flask, phone: Phone, guesser: Browser
) -> None:
    copy = copy_of(guesser)
    code = phone.code()
    assert give_code(guesser, code).status_code == 303
    give_password(copy)
    assert give_code(copy, code).status_code == 422
    assert failures(patient) == 1


def test_an_operator_opens_it_again_by_taking_it_away(patient: Flask, phone: Phone) -> None:
    let_fail(patient, 50)
    assert run(patient, "reset-second-factor", EMAIL).exit_code == 0
    browser = Browser(patient)
    browser.login()
    again = switch_on(browser)
    assert failures(patient) == 0
    give_password(browser)
    assert give_code(browser, again.code(steps_ahead=1)).status_code == 303


def test_failures_are_counted_for_each_account(
    patient: Flask, phone: Phone, guesser: Browser
) -> None:
    run(patient, "create", BOB, "--name", "Bob", typed="umbrella lantern gravel")
    equip(patient, BOB)
    give_code(guesser, phone.wrong_code())
    counts = rows(patient, "SELECT failures FROM second_factors ORDER BY user_id")
    assert [row["failures"] for row in counts] == [1, 0]


def test_concurrent_guesses_send_one_notice(patient: Flask, phone: Phone, guesser: Browser) -> None:
    wrong = phone.wrong_code()
    browsers = [copy_of(guesser) for _ in range(6)]
    with ThreadPoolExecutor(max_workers=6) as threads:
        list(threads.map(lambda one: give_code(one, wrong), browsers))
    assert len(letters(patient)) == 1
