"""An account with a passkey, a code of an app, both or neither."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from .....account.passkeys.authenticator import (
    CONFIRM,
    LOGIN,
    PAGE,
    Authenticator,
    add,
    confirm,
    log_in,
    options,
)
from .....account.passkeys.test_login import passkey_of
from .....account.second_factor.phone import (
    ARRIVING,
    PAGE as CODES,
    equip,
    give_code,
    give_password,
)
from .....conftest import MakeApp
from .....support.accounts import add_user
from .....support.http import PASSWORD, Browser
from .....support.sql import rows

BOB = "bob@example.com"
HOUR = 3600


@pytest.fixture
def required(configure: MakeApp, app: Flask) -> Flask:
    return configure(require_second_factor=True)


def test_a_passkey_asks_for_no_code_and_a_password_still_does(
    app: Flask, client: Browser, phone: Authenticator, clock: TimeMachineFixture
) -> None:
    codes = equip(app)
    assert log_in(client, phone, next=PAGE).get_json() == {"location": PAGE}
    assert client.is_signed_in()
    clock.shift(HOUR // 3)
    assert client.post(f"{PAGE}/options", json={}).status_code == 403
    # A passkey confirms what a password alone does not.
    assert client.post("/auth/confirm", data={"password": PASSWORD}).status_code == 422
    assert confirm(client, phone).status_code == 200
    assert client.post(f"{PAGE}/options", json={}).status_code == 200
    other = Browser(app)
    give_password(other)
    assert not other.is_signed_in()
    assert give_code(other, codes.code()).status_code == 303
    assert other.is_signed_in()


def test_half_way_nothing_is_added_and_nothing_confirmed(
    app: Flask, client: Browser, phone: Authenticator
) -> None:
    """An attacker with the password alone would add a passkey, and need no code."""
    equip(app)
    give_password(client)
    for path in (PAGE, f"{PAGE}/options", CONFIRM, f"{CONFIRM}/options"):
        assert client.post(path, json={}).status_code == 401
    made = Authenticator(handle=phone.handle)
    asked = options(client, LOGIN) | {"user": {"id": "AAAA"}}
    assert client.post(PAGE, json=made.create(asked)).status_code == 401
    assert len(rows(app, "SELECT id FROM passkeys")) == 1
    assert not client.is_signed_in()


def test_a_passkey_finishes_a_login_that_waits_for_a_code(
    app: Flask, client: Browser, phone: Authenticator
) -> None:
    equip(app)
    give_password(client)
    assert log_in(client, phone).status_code == 200
    assert client.is_signed_in()


def test_the_passkey_of_another_user_replaces_a_login_half_way(
    app: Flask, client: Browser, phone: Authenticator
) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    of_bob, codes = passkey_of(app, BOB), equip(app)
    give_password(client)
    assert log_in(client, of_bob).status_code == 200
    assert client.name() == "Bob"
    # What Ana began has ended: her code makes nobody of Bob's browser hers.
    give_code(client, codes.code())
    assert client.name() == "Bob"


def test_where_two_factors_are_required_a_code_is_asked_for_first(
    app: Flask, required: Flask, phone: Authenticator
) -> None:
    browser = Browser(required)
    assert browser.login().location == f"{LOGIN}?next=/"
    equip(app)
    give_password(browser)
    assert log_in(browser, phone).status_code == 200
    assert browser.is_signed_in()


def test_without_any_factor_a_user_may_add_a_passkey_and_nothing_else(
    required: Flask, user: str
) -> None:
    browser, device = Browser(required), Authenticator()
    browser.login()
    for path in ("/", "/account/", "/account/password"):
        assert browser.get(path).location == CODES
    assert browser.get(CODES).status_code == 200
    assert "passkeys.js" in browser.get(PAGE).text
    assert browser.get("/account/passkeys/static/passkeys.js").status_code == 200
    assert browser.post(f"{PAGE}/x/rename", data={"name": "x"}).location == CODES
    assert add(browser, device).status_code == 201
    assert browser.is_signed_in()
    browser.logout()
    assert browser.login().location == f"{LOGIN}?next=/"
    assert browser.get(ARRIVING).location == "/auth/login"
    assert log_in(browser, device).status_code == 200
    assert browser.is_signed_in()


def test_after_a_stale_proof_a_user_without_any_factor_confirms_by_password(
    required: Flask, user: str, clock: TimeMachineFixture
) -> None:
    """Otherwise the user could neither go on nor back."""
    browser = Browser(required)
    browser.login()
    clock.shift(HOUR // 3)
    refused = browser.post(f"{PAGE}/options", json={})
    assert (refused.status_code, refused.get_json()["location"]) == (403, "/auth/confirm")
    assert browser.post("/auth/confirm", data={"password": PASSWORD}).status_code == 303
    assert add(browser, Authenticator()).status_code == 201
