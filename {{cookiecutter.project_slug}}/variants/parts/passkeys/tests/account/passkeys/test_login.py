"""A user logs in with a passkey, and confirms with one."""

from copy import copy
from typing import Any

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from ...conftest import MakeApp
from ...support.accounts import NEW_PASSWORD, add_user, copy_of
from ...support.http import EMAIL, PASSWORD, Browser, set_cookies
from ...support.mail import ask_for_link, letters
from ...support.sql import rows
from .authenticator import (
    BACKED_UP,
    BACKUP_ELIGIBLE,
    CONFIRM,
    LOGIN,
    PAGE,
    Authenticator,
    add,
    confirm,
    encode,
    log_in,
    options,
)

NOT_ACCEPTED = {"error": "This passkey was not accepted. Please try again."}
BOB = "bob@example.com"
SYNCED = 0x05 | BACKUP_ELIGIBLE | BACKED_UP


@pytest.fixture
def phone(app: Flask, user: str) -> Authenticator:
    """Return a device with a passkey of the user."""
    return passkey_of(app, EMAIL)


def passkey_of(app: Flask, email: str, **changes: Any) -> Authenticator:
    browser, device = Browser(app), Authenticator(**changes)
    browser.login(email)
    assert add(browser, device).status_code == 201
    assert letters(app)
    return device


def test_the_login_page_offers_passkeys(client: Browser) -> None:
    page = client.get("/auth/login").text
    assert 'autocomplete="username webauthn"' in page
    assert "Log in with a passkey" in page
    assert client.get("/account/passkeys/static/passkeys.js").status_code == 200


def test_a_user_logs_in_with_a_passkey_alone(client: Browser, phone: Authenticator) -> None:
    asked = options(client, LOGIN)
    assert (asked["allowCredentials"], asked["userVerification"]) == ([], "required")
    done = log_in(client, phone, next="/account/", remember=True)
    assert (done.status_code, done.get_json()) == (200, {"location": "/account/"})
    assert client.is_signed_in()
    lives = {cookie.name: cookie.attributes.get("max-age") for cookie in set_cookies(done)}
    assert all(lives.values()), lives
    for hostile in ("https://evil.example", "/\ud800"):
        client.logout()
        assert log_in(client, phone, next=hostile).get_json() == {"location": client.home}


def test_the_ceremony_cookie_is_secure_and_binds_the_challenge(
    app: Flask, client: Browser, phone: Authenticator
) -> None:
    (cookie,) = set_cookies(client.post(f"{LOGIN}/options", json={}))
    assert cookie.name.startswith("__Host-")
    assert cookie.name.endswith("-ceremony")
    expected = {"secure": "", "httponly": "", "path": "/", "samesite": "Lax", "max-age": "600"}
    assert expected.items() <= cookie.attributes.items()
    asked, victim = options(client, LOGIN), Browser(app)
    options(victim, LOGIN)
    stolen = victim.post(LOGIN, json=phone.get(asked))
    assert (stolen.status_code, stolen.get_json()) == (400, NOT_ACCEPTED)
    assert not victim.is_signed_in()


def test_a_challenge_is_used_once_even_by_an_answer_that_fails(
    client: Browser, phone: Authenticator
) -> None:
    answer = phone.get(options(client, LOGIN))
    assert client.post(LOGIN, json={**answer, "rawId": "AAAA", "id": "AAAA"}).status_code == 400
    assert client.post(LOGIN, json=answer).status_code == 400
    answer = phone.get(options(client, LOGIN))
    copy = copy_of(client)
    assert client.post(LOGIN, json=answer).status_code == 200
    assert copy.post(LOGIN, json=answer).status_code == 400


def test_a_challenge_is_for_one_purpose_and_expires(
    client: Browser, phone: Authenticator, clock: TimeMachineFixture
) -> None:
    client.login()
    for path, other in ((CONFIRM, LOGIN), (LOGIN, CONFIRM), (PAGE, CONFIRM)):
        assert client.post(other, json=phone.get(options(client, path))).status_code == 400
    client.logout()
    late = options(client, LOGIN)
    clock.shift(601)
    assert client.post(LOGIN, json=phone.get(late)).status_code == 400
    assert log_in(client, phone).status_code == 200


TAMPERED: dict[str, dict[str, object]] = {
    "user not verified": {"flags": 0x01},
    "origin": {"origin": "https://sub.app.example"},
    "relying party": {"host": "evil.example"},
    "in a frame": {"cross_origin": True},
    "handle of another account": {"handle": bytes(32)},
    "counter does not rise": {"counter": -1},
    "becomes another kind": {"flags": SYNCED},
    "key": {"key": Authenticator().key},
    "unknown passkey": {"id": bytes(32)},
}


def test_an_answer_that_does_not_verify_signs_nobody_in(
    client: Browser, phone: Authenticator
) -> None:
    for kind, changes in TAMPERED.items():
        device = copy(phone)
        vars(device).update(changes)
        refused = log_in(client, device)
        assert (refused.status_code, refused.get_json()) == (400, NOT_ACCEPTED), kind
        assert not client.is_signed_in(), kind


def test_a_synced_passkey_may_count_anew_on_each_device(app: Flask, user: str) -> None:
    synced, client = passkey_of(app, EMAIL, flags=SYNCED, counter=9), Browser(app)
    synced.counter = 3
    assert log_in(client, synced).status_code == 200


def test_a_disabled_account_has_no_passkey(
    app: Flask, client: Browser, phone: Authenticator
) -> None:
    app.test_cli_runner().invoke(args=["user", "disable", EMAIL])
    assert log_in(client, phone).get_json() == NOT_ACCEPTED


def test_a_user_confirms_with_a_passkey_of_the_account_alone(
    app: Flask, client: Browser, phone: Authenticator, clock: TimeMachineFixture
) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    of_bob = passkey_of(app, BOB)
    client.login(remember="y")
    clock.shift(3600)
    assert "Confirm with a passkey" in client.get("/auth/confirm").text
    (allowed,) = options(client, CONFIRM)["allowCredentials"]
    assert allowed["id"] == encode(phone.id)
    assert confirm(client, of_bob).status_code == 400
    assert client.post(f"{PAGE}/options", json={}).status_code == 403
    assert confirm(client, phone, next=PAGE).get_json() == {"location": PAGE}
    assert client.post(f"{PAGE}/options", json={}).status_code == 200


@pytest.mark.parametrize("keep", [True, False])
def test_a_reset_removes_the_passkeys_unless_the_user_keeps_them(
    app: Flask, client: Browser, phone: Authenticator, keep: bool
) -> None:
    client.get(ask_for_link(client, "/auth/reset", EMAIL))
    page = client.get("/auth/reset/finish").text
    assert "My phone" in page
    assert 'name="end_others"' in page
    assert "checked" in page
    form = {"password": NEW_PASSWORD} | ({} if keep else {"end_others": "y"})
    client.post("/auth/reset/finish", data=form)
    assert len(rows(app, "SELECT id FROM passkeys")) == keep
    assert log_in(client, phone).status_code == (200 if keep else 400)


def test_where_two_factors_are_required_the_password_leads_to_the_passkey(
    configure: MakeApp, phone: Authenticator
) -> None:
    browser = Browser(configure(require_second_factor=True))
    asked = browser.login(next=PAGE, remember="y")
    assert asked.location == f"{LOGIN}?next={PAGE}&remember=y"
    assert "checked" in browser.get(asked.location).text
    assert not browser.is_signed_in()
    assert log_in(browser, phone, next=PAGE).get_json() == {"location": PAGE}
    assert browser.is_signed_in()
    # The password alone confirms nothing either.
    assert 'name="password"' not in browser.get("/auth/confirm").text
    assert browser.post("/auth/confirm", data={"password": PASSWORD}).status_code == 422
