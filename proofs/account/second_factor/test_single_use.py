"""A code works only once, even in concurrent requests, and guessing is throttled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.account.second_factor import codes
from my_flask_app.auth import operators
from my_flask_app.core.environ import Rate

from ....account.second_factor.phone import PAGE, Phone, equip, give_code, give_password, switch_on
from ....account.second_factor.test_codes import half_way, statuses
from ....conftest import MakeApp
from ....support.accounts import copy_of
from ....support.http import EMAIL, PASSWORD, Browser
from ....support.sql import rows
from ...support.sql import overtaken_at_its_account

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


@either
def test_a_half_way_cookie_that_comes_back_needs_a_code_of_its_own(
    app: Flask, phone: Phone, pick: Pick
) -> None:
    browser = half_way(app)
    copy = copy_of(browser)
    code = pick(phone)
    assert give_code(browser, code).status_code == 303
    give_code(copy, code)
    assert not copy.is_signed_in()


def test_an_older_code_is_refused_after_a_later_one(app: Flask, phone: Phone) -> None:
    assert give_code(half_way(app), phone.code(steps_ahead=1)).status_code == 303
    for steps in (-1, 0, 1):
        assert give_code(half_way(app), phone.code(steps_ahead=steps)).status_code == 422


def test_the_code_that_switched_it_on_is_used_up(
    client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    client.login()
    phone = switch_on(client)
    give_password(client)
    assert give_code(client, phone.code()).status_code == 422
    clock.shift(30)
    assert give_code(client, phone.code()).status_code == 303


def test_each_recovery_code_works(app: Flask, phone: Phone) -> None:
    for code in phone.recovery_codes:
        assert give_code(half_way(app), code).status_code == 303
    assert rows(app, "SELECT * FROM recovery_codes") == []


def test_new_recovery_codes_revoke_the_old_ones(client: Browser, phone: Phone) -> None:
    give_password(client)
    give_code(client, phone.code())
    assert client.post(f"{PAGE}/codes").status_code == 200
    assert statuses(client.application, phone.recovery_codes[0], 1) == [422]


@either
def test_while_throttled_the_right_code_is_refused_as_well(
    configure: MakeApp, phone: Phone, pick: Pick, clock: TimeMachineFixture
) -> None:
    app = configure(login_attempts_per_account=Rate(1, 500))
    browser = half_way(app)
    give_code(browser, phone.wrong_code())
    assert give_code(browser, pick(phone)).status_code == 429
    clock.shift(500)
    assert give_code(browser, pick(phone)).status_code == 303


def test_entering_the_password_again_resets_no_count(configure: MakeApp, phone: Phone) -> None:
    app = configure(login_attempts_per_account=Rate(3, 900))
    found = []
    for _ in range(3):
        browser = half_way(app)
        found.append(give_code(browser, phone.wrong_code()).status_code)
    assert found == [422, 422, 422]
    assert give_code(browser, phone.code()).status_code == 429


def test_a_successful_login_resets_the_count(configure: MakeApp, phone: Phone) -> None:
    app = configure(login_attempts_per_account=Rate(3, 900))
    for steps in (-1, 0, 1):
        browser = half_way(app)
        assert give_code(browser, phone.wrong_code()).status_code == 422
        assert give_code(browser, phone.code(steps_ahead=steps)).status_code == 303


def test_wrong_codes_from_one_ip_are_counted_over_all_accounts(
    configure: MakeApp, phone: Phone
) -> None:
    app = configure(login_attempts_per_address=Rate(3, 900))
    assert statuses(app, phone.wrong_code(), 3) == [422, 422, 429]
    other = Browser(app)
    other.environ_base["REMOTE_ADDR"] = "10.0.0.2"
    assert other.login(EMAIL, PASSWORD).status_code == 303


def test_concurrent_wrong_codes_are_all_counted(configure: MakeApp, phone: Phone) -> None:
    app = configure(login_attempts_per_account=Rate(3, 900))
    browsers = [copy_of(half) for half in [half_way(app)] for _ in range(6)]
    wrong = phone.wrong_code()
    with ThreadPoolExecutor(max_workers=6) as threads:
        found = list(threads.map(lambda one: give_code(one, wrong).status_code, browsers))
    assert sorted(found) == [422, 422, 422, 429, 429, 429]


@either
def test_of_concurrent_uses_of_a_code_one_wins(
    app: Flask, phone: Phone, pick: Pick, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, accept = pick(phone), codes.accept
    browsers = [copy_of(half) for half in [half_way(app)] for _ in range(6)]
    # All requests have read the row before the first one writes.
    ready = Barrier(6, timeout=30)
    monkeypatch.setattr(codes, "accept", lambda *given: ready.wait() >= 0 and accept(*given))
    with ThreadPoolExecutor(max_workers=6) as threads:
        found = list(threads.map(lambda one: give_code(one, code).status_code, browsers))
    assert sorted(found) == [303, 422, 422, 422, 422, 422]
    assert [browser.is_signed_in() for browser in browsers].count(True) == 1


def test_a_code_waits_for_a_change_of_its_account(app: Flask, phone: Phone) -> None:
    browser, code = half_way(app), phone.recovery_codes[0]
    answer = overtaken_at_its_account(app, lambda: give_code(browser, code), operators.drop_factors)
    assert answer.status_code == 422
