"""Garbage that a device has signed is refused as well, in the same words, never by a 500."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest
from fido2 import cbor

from ....account.passkeys.authenticator import (
    ATTESTED,
    LOGIN,
    PAGE,
    Authenticator,
    add,
    decode,
    encode,
    log_in,
    options,
)
from ....account.passkeys.test_login import NOT_ACCEPTED
from ....support.http import Browser
from ....support.sql import rows

OTHER = {"webauthn.create": "webauthn.get", "webauthn.get": "webauthn.create"}
ORIGIN = "https://app.example"
NO_CLIENT_DATA: list[Any] = [
    *(b"", b"null", b"[]", b"7", b'"x"', b"{", b"\xff", b"[" * 20_000, b"\xef\xbb\xbf{}", b"{}"),
    *(b'{"type": "webauthn.get"}', b'{"challenge": 7}', b'{"challenge": "%"}'),
]
NO_TEXTS: list[Any] = ["", None, 7, [], {}]
SAID: list[dict[str, Any]] = [
    *({"type": value} for value in [OTHER, *NO_TEXTS, "webauthn.get\0"]),
    *({"origin": value} for value in [*NO_TEXTS, "null", f"{ORIGIN}/", f"{ORIGIN}:443"]),
    *({"origin": f"{ORIGIN}{more}"} for more in (".evil", "@evil.example", "\0", ":8443", "#")),
    *({"origin": one} for one in ("http://app.example", "https://evilapp.example", "\ud800")),
    *({"origin": one} for one in ("https://APP.example", "https://x.app.example", "app.example")),
    *({"challenge": value} for value in [*NO_TEXTS, "AAAA", "\ud800"]),
    *({"crossOrigin": value} for value in (True, "true", 1, [1])),
]
EXTENDED = 0x80
TWISTS: list[Callable[[bytes], bytes]] = [
    *(lambda data, end=end: data[:end] for end in range(37)),
    *(lambda data, more=more: data + more for more in (b"\0", b"\xff" * 100, b"\xa0")),
    *(lambda data, flag=flag: _flag(data, flag) for flag in (ATTESTED, EXTENDED, 0xFF)),
    *(lambda data, more=more: _flag(data, EXTENDED) + more for more in (b"", b"\x81")),
    lambda data: bytes(32) + data[32:],
]
KEYS: list[Any] = [
    *({}, {1: 2}, {3: -7}, {1: 2, 3: -7}, {1: 2, 3: -7, -1: 1}, {1: 2, 3: -7, -1: 1, -2: b""}),
    *({1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: 7}, {1: 2, 3: -7, -1: 99, -2: b"x", -3: b"y"}),
    *({1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: b"y" * 32}, {1: 3, 3: -7, -1: b"", -2: b""}),
    *({1: 3, 3: -257, -1: b"", -2: b""}, {1: 3, 3: -257, -1: b"\x0f", -2: b"\x03"}),
    *({1: 3, 3: -257, -1: b"\xff" * 9000, -2: b"\x01\0\x01"}, {1: 1, 3: -8, -1: 6, -2: b""}),
    *({1: 1, 3: -8, -1: 6, -2: "x"}, {1: 1, 3: -8, -1: 6, -2: bytes(32)}, {3: 2**63}, {3: "x"}),
    *([], 7, "x", b"x", {1: {1: {1: {}}}}),
]
FORMATS = ["packed", "tpm", "fido-u2f", "android-key", "apple", "x", "", 7]
STATEMENTS: list[object] = [{}, {"sig": b"", "x5c": [b"x"], "alg": -7}, [], "", 7]
CHANGES: list[Callable[[bytes], object]] = [
    *(lambda data, end=end: data[:end] for end in (0, 36, 37, 52, 53, 54, 55, 60, 87, 90, 120)),
    lambda data: data + b"\0",
    lambda data: data[:53] + b"\xff\xff" + data[55:],
    lambda data: data[:32] + bytes([data[32] & ~ATTESTED]) + data[33:],
    lambda data: 7,
    lambda data: "text",
    lambda data: [data],
]
NO_OBJECTS: list[Any] = [7, [], {}, "x", b"", {"fmt": "none"}, {1: 2}]
NO_ATTESTATIONS = [
    *map(cbor.encode, NO_OBJECTS),
    *(b"\xf6", b"\xff", b"\xbf", b"\x9f", b"\x81" * 20_000, b"\xa1" * 20_000, b"\xfb\x7f"),
]


@dataclass
class Liar(Authenticator):
    """A device that signs what no browser says."""

    said: dict[str, Any] | bytes = field(default_factory=dict)
    twist: Callable[[bytes], bytes] = lambda data: data

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        if isinstance(self.said, bytes):
            return self.said
        usual = json.loads(super()._client_data(kind, options))
        more = {"type": OTHER[kind]} if self.said.get("type") is OTHER else self.said
        return json.dumps(usual | more).encode()

    def _data(self, flags: int) -> bytes:
        return self.twist(super()._data(flags))


def _flag(data: bytes, flag: int) -> bytes:
    return data[:32] + bytes([data[32] | flag]) + data[33:]


def passkeys(browser: Browser) -> int:
    return len(rows(browser.application, "SELECT id FROM passkeys"))


@pytest.mark.parametrize("path", [PAGE, LOGIN])
def test_no_client_data_breaks_anything(patient: Browser, path: str) -> None:
    device = Liar()
    assert add(patient, device).status_code == 201
    for said in [*NO_CLIENT_DATA, *SAID]:
        asked = options(patient, path)
        device.said = said
        made = Liar(said=said).create(asked) if path == PAGE else device.get(asked)
        refused = patient.post(path, json=made)
        assert (refused.status_code, refused.get_json()) == (400, NOT_ACCEPTED), said
    assert passkeys(patient) == 1


def test_no_authenticator_data_breaks_anything(patient: Browser) -> None:
    device = Liar()
    assert add(patient, device).status_code == 201
    for at, twist in enumerate(TWISTS):
        device.twist = twist
        refused = log_in(patient, device)
        assert (refused.status_code, refused.get_json()) == (400, NOT_ACCEPTED), at


def attested(answer: dict[str, Any]) -> dict[str, Any]:
    found: Any = cbor.decode(decode(answer["response"]["attestationObject"]))
    return dict(found)


def test_no_data_of_a_new_passkey_breaks_anything(patient: Browser) -> None:
    for change in CHANGES:
        made = Authenticator().create(options(patient, PAGE))
        said = attested(made)
        said["authData"] = change(said["authData"])
        made["response"]["attestationObject"] = encode(cbor.encode(said))
        assert patient.post(PAGE, json=made).get_json() == NOT_ACCEPTED
    assert passkeys(patient) == 0


def test_no_attestation_object_breaks_anything(patient: Browser) -> None:
    for given in NO_ATTESTATIONS:
        made = Authenticator().create(options(patient, PAGE))
        made["response"]["attestationObject"] = encode(given)
        assert patient.post(PAGE, json=made).get_json() == NOT_ACCEPTED


def test_an_attestation_that_nobody_asked_for_is_not_needed(patient: Browser) -> None:
    each = [*product(FORMATS, STATEMENTS[:2]), *product(FORMATS[:1], STATEMENTS[2:])]
    for fmt, statement in each:
        device = Authenticator()
        made = device.create(options(patient, PAGE))
        said = attested(made) | {"fmt": fmt, "attStmt": statement}
        made["response"]["attestationObject"] = encode(cbor.encode(said))
        done = patient.post(PAGE, json=made)
        assert done.status_code == 201 or done.get_json() == NOT_ACCEPTED
        works = log_in(patient, device).status_code
        assert works == (200 if done.status_code == 201 else 400)


def test_no_public_key_breaks_anything(patient: Browser) -> None:
    """A key that signs nothing may be stored; it lets nobody in, and its owner removes it."""
    for key in KEYS:
        device = Authenticator()
        made = device.create(options(patient, PAGE))
        said = attested(made)
        said["authData"] = said["authData"][: 55 + len(device.id)] + cbor.encode(key)
        made["response"]["attestationObject"] = encode(cbor.encode(said))
        done = patient.post(PAGE, json=made)
        assert done.status_code == 201 or done.get_json() == NOT_ACCEPTED
        assert patient.get(PAGE).status_code == 200
        assert log_in(patient, device).get_json() == NOT_ACCEPTED


@pytest.mark.parametrize("counter", [0, 2**31, 2**32 - 2])
def test_a_counter_of_any_size_is_kept(patient: Browser, counter: int) -> None:
    device = Authenticator(counter=counter)
    assert add(patient, device).status_code == 201
    assert log_in(patient, device).status_code == 200
    (kept,) = rows(patient.application, "SELECT counter FROM passkeys")
    assert kept["counter"] == counter + 1


@pytest.mark.parametrize("cookie", ["", "x", "%", "\xff", "a" * 3000, '"', "=", "\u20ac"])
def test_any_cookie_names_a_browser(patient: Browser, cookie: str) -> None:
    device = Authenticator()
    assert add(patient, device).status_code == 201
    browser = Browser(patient.application)
    browser.keep({"__Host-my_flask_app-ceremony": cookie})
    assert log_in(browser, device).status_code == 200
