"""A code works only once, even in concurrent requests, and guessing is throttled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.account.second_factor import codes
from {{ cookiecutter.project_slug }}.core.environ import Rate

from ...conftest import MakeApp
from ...support.accounts import copy_of
from ...support.http import Browser
from .phone import Phone, equip, give_code, give_password

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


@either
def test_of_concurrent_uses_of_a_code_one_wins(
    app: Flask, phone: Phone, pick: Pick, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, use = pick(phone), codes.use
    browsers = [copy_of(half) for half in [half_way(app)] for _ in range(6)]
    # All requests have read the row before the first one writes.
    ready = Barrier(6, timeout=30)
    monkeypatch.setattr(codes, "use", lambda *given: ready.wait() >= 0 and use(*given))
    with ThreadPoolExecutor(max_workers=6) as threads:
        found = list(threads.map(lambda one: give_code(one, code).status_code, browsers))
    assert sorted(found) == [303, 422, 422, 422, 422, 422]
    assert [browser.is_signed_in() for browser in browsers].count(True) == 1


def test_wrong_codes_are_throttled_like_wrong_passwords(configure: MakeApp, phone: Phone) -> None:
    app = configure(login_attempts_per_account=Rate(3, 900))
    assert statuses(app, phone.wrong_code(), 5) == [422, 422, 422, 429, 429]
    # Passwords are counted separately.
    assert Browser(app).login().status_code == 303
