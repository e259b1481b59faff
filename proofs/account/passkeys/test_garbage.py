"""Whatever the answer of a browser contains, it is refused in the same words, never a 500."""

from copy import deepcopy
from typing import Any

import pytest
from flask import Flask

from ....account.passkeys.authenticator import (
    CONFIRM,
    LOGIN,
    PAGE,
    Authenticator,
    add,
    encode,
    options,
)
from ....account.passkeys.test_login import NOT_ACCEPTED
from ....support.http import Browser
from ....support.sql import rows

MISSING = object()
VALUES: list[Any] = [
    *(MISSING, None, True, 0, -1, 1.5, 10**30, [], {}, [[]], {"a": 1}, ["AAAA"]),
    *("", "A", "AAAA", "%", "é", "a b", "\ud800", "\x00", "A" * 30_000, "=" * 100),
    *(encode(b"{}"), encode(b"\xff\xfe"), encode(b"\xa1\x01" * 30), encode(b"[" * 20_000)),
]
OF_BOTH = [("rawId",), ("response",), ("response", "clientDataJSON")]
OF_ADDING = [*OF_BOTH, ("response", "attestationObject")]
OF_USE = [*OF_BOTH, *(("response", name) for name in ("authenticatorData", "signature"))]
# What a browser may leave out, or say in its own way.
OPTIONAL = [
    *(("id",), ("type",), ("clientExtensionResults",), ("authenticatorAttachment",)),
    ("response", "userHandle"),
]


def change(answer: dict[str, Any], where: tuple[str, ...], value: object) -> dict[str, Any]:
    """Return an answer in which one field has another value."""
    changed = place = deepcopy(answer)
    for name in where[:-1]:
        place = place[name]
    if value is MISSING:
        place.pop(where[-1], None)
    else:
        place[where[-1]] = value
    return changed


def passkeys(app: Flask) -> int:
    return len(rows(app, "SELECT id FROM passkeys"))


@pytest.mark.parametrize("where", OF_ADDING, ids=str)
def test_no_field_of_a_new_passkey_breaks_anything(
    patient: Browser, where: tuple[str, ...]
) -> None:
    for value in VALUES:
        answer = change(Authenticator().create(options(patient, PAGE)), where, value)
        refused = patient.post(PAGE, json=answer)
        assert (refused.status_code, refused.get_json()) == (400, NOT_ACCEPTED), repr(value)[:50]
    assert passkeys(patient.application) == 0


# One function verifies the answers for both: a few values show that the other page calls it.
@pytest.mark.parametrize(("path", "values"), [(LOGIN, VALUES), (CONFIRM, VALUES[::6])])
@pytest.mark.parametrize("where", OF_USE, ids=str)
def test_no_field_of_a_used_passkey_breaks_anything(
    patient: Browser, path: str, values: list[Any], where: tuple[str, ...]
) -> None:
    device = Authenticator()
    assert add(patient, device).status_code == 201
    for value in values:
        answer = change(device.get(options(patient, path)), where, value)
        refused = patient.post(path, json=answer)
        assert (refused.status_code, refused.get_json()) == (400, NOT_ACCEPTED), repr(value)[:50]


@pytest.mark.parametrize("where", OPTIONAL, ids=str)
def test_a_field_that_may_be_missing_breaks_nothing(
    patient: Browser, where: tuple[str, ...]
) -> None:
    device = Authenticator()
    assert add(patient, device).status_code == 201
    for value in VALUES[::2]:
        answer = change(device.get(options(patient, CONFIRM)), where, value)
        done = patient.post(CONFIRM, json=answer)
        assert done.status_code == 200 or done.get_json() == NOT_ACCEPTED, repr(value)[:50]
    for value in [MISSING, *VALUES[1::2]]:
        answer = change(Authenticator().create(options(patient, PAGE)), where, value)
        done = patient.post(PAGE, json=answer)
        assert done.status_code == 201 or done.get_json() == NOT_ACCEPTED, repr(value)[:50]
    assert patient.get(PAGE).status_code == 200
    assert options(patient, CONFIRM)["allowCredentials"]


def test_a_handle_that_is_there_is_compared_whatever_it_is(patient: Browser) -> None:
    device = Authenticator()
    assert add(patient, device).status_code == 201
    for handle in (bytes(32), device.handle[:-1], device.handle + b"\0", b"x"):
        answer = device.get(options(patient, LOGIN))
        answer["response"]["userHandle"] = encode(handle)
        assert patient.post(LOGIN, json=answer).get_json() == NOT_ACCEPTED
