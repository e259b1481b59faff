"""What scripts send and get is as docs/passkeys.md says."""

from typing import Any

import pytest
from flask import Flask

from my_flask_app.core.environ import Rate

from ....account.passkeys.authenticator import (
    CONFIRM,
    LOGIN,
    PAGE,
    Authenticator,
    add,
    options,
)
from ....conftest import MakeApp
from ....support.http import Browser
from ....support.sql import rows

OPTIONS = [f"{path}/options" for path in (LOGIN, CONFIRM, PAGE)]
POSTS = [*OPTIONS, LOGIN, CONFIRM, PAGE]
CLOSED = [path for path in POSTS if not path.startswith(LOGIN)]
FETCH = {"Sec-Fetch-Mode": "cors"}
OTHER_TYPES = [
    *("application/x-www-form-urlencoded", "multipart/form-data; boundary=cut", "text/plain"),
    *("application/ld+json", "application/json-seq", "text/json", ""),
]
NO_OBJECTS = [
    *(b"", b"[]", b"null", b"7", b"1e999", b"true", b'"{}"', b"{", b"{}{}", b"\xff"),
    *(b"[" * 30_000, b'{"a":' * 10_000),
]
DEEP = b'{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}"
ELSEWHERE: list[object] = [
    *("//evil.example", "https://evil.example", "/\\evil", "\ud800", 7, [], {}, None),
]
A_NETWORK = {"REMOTE_ADDR": "2001:db8::1"}
SAME_NETWORK = {"REMOTE_ADDR": "2001:db8::2"}


def challenges(app: Flask) -> int:
    return len(rows(app, "SELECT purpose FROM ceremonies"))


@pytest.mark.parametrize("path", POSTS)
def test_only_json_is_taken(app: Flask, ana: Browser, path: str) -> None:
    for kind in OTHER_TYPES:
        refused = ana.post(path, data="{}", content_type=kind, headers=FETCH)
        assert (refused.status_code, [*refused.get_json()]) == (415, ["error"]), kind
    assert challenges(app) == 0
    taken = ana.post(path, data="{}", content_type="application/json; charset=utf-8")
    assert taken.status_code == (200 if path in OPTIONS else 400)


@pytest.mark.parametrize("path", POSTS)
def test_only_an_object_is_taken(app: Flask, ana: Browser, path: str) -> None:
    for body in NO_OBJECTS:
        refused = ana.post(path, data=body, content_type="application/json")
        assert (refused.status_code, [*refused.get_json()]) == (400, ["error"]), body[:20]
    assert challenges(app) == 0


@pytest.mark.parametrize("path", POSTS)
def test_a_deep_object_breaks_nothing(ana: Browser, path: str) -> None:
    """Python takes it from 3.14 on, and refuses it before."""
    answer = ana.post(path, data=DEEP, content_type="application/json")
    assert answer.status_code in ({200, 400} if path in OPTIONS else {400})


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_is_refused(app: Flask, ana: Browser, path: str, site: str) -> None:
    refused = ana.post(path, json={}, headers={"Sec-Fetch-Site": site})
    assert (refused.status_code, [*refused.get_json()]) == (403, ["error"])
    assert challenges(app) == 0


@pytest.mark.parametrize("path", CLOSED)
def test_a_visitor_gets_json_and_no_page(app: Flask, client: Browser, path: str) -> None:
    refused = client.post(path, json={})
    assert (refused.status_code, refused.get_json()) == (401, {"error": "Please log in."})
    assert challenges(app) == 0


def test_an_unknown_passkey_is_not_found(ana: Browser) -> None:
    for path in (f"{PAGE}/{'0' * 32}/rename", f"{PAGE}/x/remove"):
        assert ana.post(path, data={"name": "x"}).status_code == 404


@pytest.mark.parametrize("path", OPTIONS)
def test_options_are_limited_by_network(configure: MakeApp, user: str, path: str) -> None:
    """Each writes a row. Their count is not that of logins, which a visitor could use up."""
    app = configure(login_attempts_per_address=Rate(3, 900))
    browser, other = Browser(app), Browser(app)
    browser.login()
    browser.environ_base |= A_NETWORK
    other.environ_base |= SAME_NETWORK
    asked = [browser.post(path, json={}) for _ in range(4)]
    assert [answer.status_code for answer in asked] == [200, 200, 200, 429]
    assert int(asked[3].headers["Retry-After"]) > 0
    assert other.post(f"{LOGIN}/options", json={}).status_code == 429
    assert challenges(app) == 3
    assert other.login().status_code == 303
    assert Browser(app).post(f"{LOGIN}/options", json={}).status_code == 200


@pytest.mark.parametrize("path", [LOGIN, CONFIRM])
def test_answers_are_counted_as_logins_of_a_network(
    configure: MakeApp, phone: Authenticator, path: str
) -> None:
    app = configure(login_attempts_per_address=Rate(3, 900))
    browser, other = Browser(app), Browser(app)
    browser.login()
    answer = phone.get(options(browser, path))
    browser.environ_base |= A_NETWORK
    other.environ_base |= SAME_NETWORK
    assert [browser.post(path, json={}).status_code for _ in range(3)] == [400] * 3
    assert browser.post(path, json=answer).status_code == 429
    assert other.login().status_code == 429


def test_no_get_makes_a_challenge(app: Flask, client: Browser, phone: Authenticator) -> None:
    """A mail scanner or a prefetch would fill the table."""
    paths = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
    ]
    assert {PAGE, LOGIN, "/auth/login", "/auth/confirm"} <= {*paths}
    for _ in ("a visitor", "a user"):
        for path in [*paths, *POSTS]:
            client.get(path)
            client.head(path)
            client.options(path)
        client.login()
    assert challenges(app) == 0
    assert not any(name.endswith("ceremony") for name in client.cookies())


def test_a_public_key_or_flag_that_is_not_signed_counts_for_nothing(
    app: Flask, ana: Browser
) -> None:
    """`toJSON()` says these again beside the signed ones, for servers without CBOR."""
    device, thief = Authenticator(), Authenticator()
    made = device.create(options(ana, PAGE))
    forged = thief.create(options(ana, PAGE))["response"]["attestationObject"]
    made["response"] |= {"publicKey": forged, "authenticatorData": forged, "publicKeyAlgorithm": -7}
    more = {
        "counter": 99,
        "backup_eligible": True,
        "user_id": 2,
        "user_handle": "x",
        "public_id": 1,
    }
    assert ana.post(PAGE, json={**made, **more}).status_code == 201
    (kept,) = rows(app, "SELECT counter, backup_eligible, name FROM passkeys")
    assert [*kept.values()] == [1, False, "Unknown browser"]
    thief.id, thief.handle = device.id, device.handle
    visitor = Browser(app)
    assert visitor.post(LOGIN, json=thief.get(options(visitor, LOGIN))).status_code == 400
    assert visitor.post(LOGIN, json=device.get(options(visitor, LOGIN))).status_code == 200


def test_every_next_leads_to_a_page_of_the_app(ana: Browser, phone: Authenticator) -> None:
    for path in (LOGIN, CONFIRM):
        for target in ELSEWHERE:
            answer = phone.get(options(ana, path))
            done = ana.post(path, json={**answer, "next": target})
            assert (done.status_code, done.get_json()) == (200, {"location": "/"}), target


def test_only_true_is_remembered(client: Browser, phone: Authenticator) -> None:
    for remember in (False, None, 1, "y", [True]):
        client.post(LOGIN, json={**phone.get(options(client, LOGIN)), "remember": remember})
        ages = [one for one in client.cookies() if one.endswith(("-session", "-auth"))]
        assert ages
        cookies = client._cookies or {}
        assert not [one for one in cookies.values() if one.key in ages and one.max_age], remember


@pytest.mark.parametrize("transports", [None, ["usb", "fax"], "usb", 7])
@pytest.mark.parametrize("name", ["", None, 7, "\x00", "x" * 101])
def test_odd_answers_of_password_managers_are_taken(
    app: Flask, ana: Browser, transports: object, name: Any
) -> None:
    answer = add(ana, Authenticator(transports=transports), name=name)
    assert answer.status_code == (400 if transports == 7 else 201)
    if answer.status_code == 201:
        assert rows(app, "SELECT name FROM passkeys") == [{"name": "Unknown browser"}]
