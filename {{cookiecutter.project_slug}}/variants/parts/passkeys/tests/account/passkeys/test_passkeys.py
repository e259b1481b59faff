"""A user adds, renames and removes passkeys, after a recent proof."""

from typing import Any

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.account.passkeys import webauthn
from {{ cookiecutter.project_slug }}.auth.guards import is_public
from {{ cookiecutter.project_slug }}.core.environ import Rate

from ...auth.test_login_steps import add_riddle
from ...conftest import MakeApp
from ...support.accounts import NEW_PASSWORD, add_user
from ...support.html import words_of
from ...support.http import EMAIL, Browser
from ...support.mail import ask_for_link, letters
from ...support.sql import meanwhile, rows
from .authenticator import (
    BACKED_UP,
    BACKUP_ELIGIBLE,
    LOGIN,
    PAGE,
    Authenticator,
    add,
    log_in,
    options,
)
from .test_login import passkey_of

PUBLIC = {"ask", "log_in", "login_options", "show_endpoints"}
TEN_MINUTES = 600


def kinds(app: Flask) -> list[str]:
    found = rows(app, "SELECT kind FROM events WHERE kind != 'login' ORDER BY id")
    return [row["kind"] for row in found]


def url_of_passkey(app: Flask) -> str:
    (row,) = rows(app, "SELECT public_id FROM passkeys")
    return f"{PAGE}/{row['public_id']}"


def test_only_the_login_with_a_passkey_is_public(app: Flask) -> None:
    with app.app_context():
        ours = {name for name in app.view_functions if name.startswith("passkeys.")}
        opened = {name.removeprefix("passkeys.") for name in ours if is_public(name)}
    assert opened == PUBLIC | {"static"}


def test_a_user_adds_renames_and_removes_a_passkey(app: Flask, ana: Browser) -> None:
    added = add(ana, Authenticator(), name=" My\u00a0phone ")
    assert (added.status_code, added.get_json()) == (201, {"location": PAGE})
    page = ana.get(PAGE)
    assert "The passkey was added." in page.text
    assert "My phone" in words_of(page)
    assert ana.post(f"{url_of_passkey(app)}/rename", data={"name": "Work"}).location == PAGE
    assert 'value="Work"' in ana.get(PAGE).text
    assert ana.post(f"{url_of_passkey(app)}/remove").location == PAGE
    assert rows(app, "SELECT id FROM passkeys") == []
    assert kinds(app) == ["passkey_added", "passkey_renamed", "passkey_removed"]
    said = [letter.get_content() for letter in letters(app)]
    assert ["A passkey was added: My phone" in text for text in said] == [True, False, False]
    assert "A passkey was removed: Work" in said[2]


def test_the_options_ask_for_two_factors_in_one(ana: Browser) -> None:
    asked = options(ana, PAGE)
    chosen = asked["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert asked["attestation"] == "none"
    assert asked["rp"]["id"] == "app.example"
    assert [one["alg"] for one in asked["pubKeyCredParams"]] == [-7, -8, -257]
    assert asked["user"]["name"] == EMAIL


REFUSED: dict[str, dict[str, Any]] = {
    "user not verified": {"flags": 0x01},
    "user not present": {"flags": 0x04},
    "origin": {"origin": "https://app.example.evil"},
    "subdomain": {"origin": "https://sub.app.example"},
    "relying party": {"host": "evil.example"},
    "in a frame": {"cross_origin": True},
    "algorithm": {"algorithm": -35},
    "long id": {"id": bytes(1024)},
}


def test_a_passkey_that_does_not_verify_is_not_added(app: Flask, ana: Browser) -> None:
    for kind, changes in REFUSED.items():
        refused = add(ana, Authenticator(**changes))
        assert refused.status_code == 400, kind
        assert refused.get_json() == {"error": "This passkey was not accepted. Please try again."}
        assert rows(app, "SELECT id FROM passkeys") == [], kind


def test_a_passkey_is_added_once(app: Flask, ana: Browser) -> None:
    device = Authenticator(flags=0x05 | BACKUP_ELIGIBLE | BACKED_UP)
    add(ana, device)
    (had,) = options(ana, PAGE)["excludeCredentials"]
    assert had["transports"] == ["internal"]
    assert add(ana, device).status_code == 409
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    bob = Browser(app)
    bob.login("bob@example.com")
    assert add(bob, device).status_code == 409
    assert len(rows(app, "SELECT id FROM passkeys")) == 1


def test_passkeys_require_a_recent_proof(
    app: Flask, ana: Browser, clock: TimeMachineFixture
) -> None:
    add(ana, Authenticator())
    url = url_of_passkey(app)
    clock.shift(TEN_MINUTES)
    for path in (f"{PAGE}/options", PAGE):
        refused = ana.post(path, json={})
        assert refused.status_code == 403
        assert refused.get_json()["location"].startswith("/auth/confirm")
    for path in (f"{url}/rename", f"{url}/remove"):
        assert ana.post(path).location.startswith("/auth/confirm")
    assert len(rows(app, "SELECT id FROM passkeys")) == 1


def test_a_user_cannot_change_the_passkeys_of_another_user(app: Flask, ana: Browser) -> None:
    add(ana, Authenticator())
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    bob = Browser(app)
    bob.login("bob@example.com")
    assert 'value="My phone"' not in bob.get(PAGE).text
    for what in ("rename", "remove"):
        assert bob.post(f"{url_of_passkey(app)}/{what}", data={"name": "x"}).status_code == 404
    assert rows(app, "SELECT name FROM passkeys") == [{"name": "My phone"}]


def test_password_managers_find_the_page(client: Browser) -> None:
    page = "https://app.example/account/passkeys"
    found = client.get("/.well-known/passkey-endpoints")
    assert found.get_json() == {"enroll": page, "manage": page}


def test_a_password_reset_while_a_passkey_is_added_discards_it(
    app: Flask, client: Browser, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.login()
    made = Authenticator().create(options(client, PAGE))
    owner, read_new = Browser(app), webauthn.read_new
    owner.get(ask_for_link(owner, "/auth/reset", EMAIL))

    def overtaken(*args: Any) -> dict[str, Any]:
        form = {"password": NEW_PASSWORD, "end_others": "y"}
        meanwhile(lambda: owner.post("/auth/reset/finish", data=form))
        return read_new(*args)

    monkeypatch.setattr(webauthn, "read_new", overtaken)
    assert client.post(PAGE, json=made).status_code == 400
    assert rows(app, "SELECT id FROM passkeys") == []


def test_the_host_of_a_request_counts_for_nothing(app: Flask, user: str) -> None:
    phone, browser = passkey_of(app, EMAIL), Browser(app, origin="https://evil.example")
    assert options(browser, LOGIN)["rpId"] == "app.example"
    phone.origin, phone.host = browser.origin, "evil.example"
    assert log_in(browser, phone).status_code == 400


def test_options_and_answers_are_limited_by_network(configure: MakeApp, user: str) -> None:
    browser = Browser(configure(login_attempts_per_address=Rate(2, 900)))
    for path, first in ((f"{LOGIN}/options", 200), (LOGIN, 400)):
        statuses = [browser.post(path, json={}).status_code for _ in range(3)]
        assert statuses == [first, first, 429]


def test_a_login_step_of_your_own_follows_a_passkey(make_app: MakeApp, user: str) -> None:
    app = add_riddle(make_app())
    browser, phone = Browser(app), passkey_of(make_app(), EMAIL)
    done = log_in(browser, phone, next=PAGE, remember=True)
    assert (done.status_code, done.get_json()) == (200, {"location": "/test-riddle"})
    assert not browser.is_signed_in()
    assert browser.post("/test-riddle").location == PAGE
    assert browser.is_signed_in()
