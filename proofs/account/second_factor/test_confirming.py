"""With a second factor, confirming takes the password and a code."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture
from werkzeug.test import TestResponse

from ....account.second_factor.phone import PAGE, Phone, equip, give_code, give_password
from ....support.accounts import change_user
from ....support.html import asking, language_of, words_of
from ....support.http import PASSWORD, Browser
from ...support.html import untranslated

CONFIRM = "/auth/confirm"


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


def test_a_wrong_password_uses_no_code_up(owner: Browser, phone: Phone) -> None:
    for code in (phone.code(), phone.recovery_codes[0]):
        refused = confirm(owner, code, "not the password at all")
        assert refused.status_code == 422
        assert 'id="code-error"' not in refused.text
        assert confirm(owner, code).status_code == 303


@pytest.mark.parametrize("typed", ["", " ", "12345", "x" * 24, "\0" * 6, "9" * 9999])
def test_an_invalid_code_confirms_nothing(app: Flask, owner: Browser, typed: str) -> None:
    refused = confirm(owner, typed)
    assert refused.status_code == 422
    assert 'id="code-error"' in refused.text
    assert owner.get(PAGE).location.startswith(CONFIRM)


def test_the_page_is_translated(app: Flask, user: str, phone: Phone) -> None:
    with app.app_context():
        change_user(user, language="pt_BR")
    reader = asking(app, "pt-BR")
    reader.login()
    give_code(reader, phone.code())
    for page in (reader.get(CONFIRM), confirm(reader, phone.wrong_code()), confirm(reader, "")):
        assert language_of(page) == "pt_BR"
        assert not untranslated(words_of(page))
