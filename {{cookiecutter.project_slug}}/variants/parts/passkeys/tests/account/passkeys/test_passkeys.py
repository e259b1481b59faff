"""A user adds, renames and removes passkeys, after a recent proof."""

from typing import Any

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth.guards import is_public

from ...support.accounts import add_user
from ...support.html import words_of
from ...support.http import EMAIL, Browser
from ...support.mail import letters
from ...support.sql import rows
from .authenticator import BACKED_UP, BACKUP_ELIGIBLE, PAGE, Authenticator, add, options

PUBLIC = {"ask", "log_in", "login_options", "show_endpoints"}
TEN_MINUTES = 600


@pytest.fixture
def ana(client: Browser, user: str) -> Browser:
    client.login()
    return client


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


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"flags": 0x01}, id="user not verified"),
        pytest.param({"flags": 0x04}, id="user not present"),
        pytest.param({"origin": "https://app.example.evil"}, id="origin"),
        pytest.param({"origin": "https://sub.app.example"}, id="subdomain"),
        pytest.param({"host": "evil.example"}, id="relying party"),
        pytest.param({"cross_origin": True}, id="in a frame"),
        pytest.param({"algorithm": -35}, id="algorithm"),
        pytest.param({"id": bytes(1024)}, id="long id"),
    ],
)
def test_a_passkey_that_does_not_verify_is_not_added(
    app: Flask, ana: Browser, changes: dict[str, Any]
) -> None:
    refused = add(ana, Authenticator(**changes))
    assert refused.status_code == 400
    assert refused.get_json() == {"error": "This passkey was not accepted. Please try again."}
    assert rows(app, "SELECT id FROM passkeys") == []


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


@pytest.mark.parametrize("transports", [None, ["usb", "fax"], "usb", 7])
@pytest.mark.parametrize("name", ["", None, 7, "\x00", "x" * 101])
def test_odd_answers_of_password_managers_are_taken(
    app: Flask, ana: Browser, transports: object, name: Any
) -> None:
    answer = add(ana, Authenticator(transports=transports), name=name)
    assert answer.status_code == (400 if transports == 7 else 201)
    if answer.status_code == 201:
        assert rows(app, "SELECT name FROM passkeys") == [{"name": "Unknown browser"}]


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
