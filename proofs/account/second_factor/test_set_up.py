"""A user sets up a second factor: secret, first code, recovery codes."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from ....account.second_factor.phone import PAGE, Phone, recovery_codes_on, secret_on, switch_on
from ....support.accounts import copy_of, handles
from ....support.http import EMAIL, PASSWORD, Browser
from ....support.mail import letters
from ....support.sql import rows


def kinds(app: Flask) -> list[str]:
    found = rows(app, "SELECT kind FROM events ORDER BY id")
    return [row["kind"] for row in found if row["kind"] not in {"login", "session_rotated"}]


def state(app: Flask) -> dict[str, object]:
    found = rows(app, "SELECT secret, since, last_step FROM second_factors")
    return found[0] if found else {}


@pytest.mark.parametrize("spell", ["{}", " {} ", "{0[0]} {0[1]}{0[2]}-{0[3]}{0[4]}{0[5]}"])
def test_spaces_and_dashes_do_not_matter(ana: Browser, spell: str) -> None:
    phone = Phone(secret_on(ana.get(PAGE)), [])
    done = ana.post(PAGE, data={"code": spell.format(phone.code())})
    assert len(recovery_codes_on(done)) == 10


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "\u00bd" * 6, "\0", "9" * 9999]
)
def test_an_invalid_code_changes_nothing(app: Flask, ana: Browser, typed: str) -> None:
    secret = secret_on(ana.get(PAGE))
    refused = ana.post(PAGE, data={"code": typed})
    assert refused.status_code == 422
    # The page keeps the secret, because the user may have scanned it already.
    assert secret_on(refused) == secret
    assert state(app) == {}
    assert kinds(app) == []


def test_the_secret_waits_half_an_hour_for_its_code(
    clock: TimeMachineFixture, ana: Browser
) -> None:
    first = Phone(secret_on(ana.get(PAGE)), [])
    clock.shift(30 * 60 - 1)
    ana.post("/auth/confirm", data={"password": PASSWORD})
    assert secret_on(ana.get(PAGE)) == first.secret
    clock.shift(1)
    refused = ana.post(PAGE, data={"code": first.code()})
    assert refused.status_code == 422
    assert secret_on(refused) != first.secret


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_viewing_the_page_changes_nothing(app: Flask, ana: Browser, method: str) -> None:
    phone = Phone(secret_on(ana.get(PAGE)), [])
    shown = ana.open(PAGE, method=method, data={"code": phone.code()})
    assert shown.status_code == 200
    assert state(app) == {}


def test_a_second_click_keeps_what_the_first_has_done(app: Flask, ana: Browser) -> None:
    phone = switch_on(ana)
    before = state(app)
    again = ana.post(PAGE, data={"code": phone.code()})
    assert again.status_code == 200
    assert not recovery_codes_on(again)
    assert state(app) == before
    assert kinds(app) == ["second_factor_on"]


def test_switching_on_ends_every_other_session(app: Flask, ana: Browser) -> None:
    other = Browser(app)
    other.login()
    thief = copy_of(ana)
    switch_on(ana)
    assert ana.is_signed_in()
    assert not other.is_signed_in()
    assert not thief.is_signed_in()
    assert len(handles(app)) == 1
    (notice,) = letters(app)
    assert notice["To"] == EMAIL
    assert "Two-factor authentication is on." in notice.get_content()
