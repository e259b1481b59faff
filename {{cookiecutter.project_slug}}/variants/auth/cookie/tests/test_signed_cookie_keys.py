"""The secret key can be rotated without logging anybody out."""

from __future__ import annotations

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from .browser import Browser
from .conftest import KEY
from .conftest import MakeApp
from .forging import COOKIE
from .forging import fields
from .forging import holder

NEW = "the newest key of all: zyxwvutsrq 9876543210"
OLDER = "a key of long ago: qwertyuiop 1357924680 asdf"


def test_a_token_of_the_old_key_is_renewed_with_the_new_one(
    client: Browser, user: str, make_app: MakeApp, clock: TimeMachineFixture
) -> None:
    client.login()
    rotated = make_app(secret_key=NEW, secret_key_fallbacks=(KEY, OLDER))
    other = Browser(rotated)
    other.keep(client.jar())
    assert other.is_signed_in()
    assert other.jar() == client.jar()

    clock.shift(61)
    assert other.is_signed_in()
    assert fields(other) == fields(client)
    for key, good in ((NEW, True), (KEY, False), (OLDER, False)):
        alone = Browser(make_app(secret_key=key))
        alone.keep(other.jar())
        assert alone.is_signed_in() == good


@pytest.mark.parametrize("fallbacks", [(), (OLDER,), (OLDER, KEY), (KEY, OLDER)])
def test_the_newest_key_signs_whatever_the_fallbacks(
    app: Flask, user: str, make_app: MakeApp, fallbacks: tuple[str, ...]
) -> None:
    client = Browser(make_app(secret_key=NEW, secret_key_fallbacks=fallbacks))
    client.login()
    for key, good in ((NEW, True), (KEY, False), (OLDER, False)):
        alone = holder(Browser(make_app(secret_key=key)), client.jar()[COOKIE])
        assert alone.is_signed_in() == good


def test_a_key_taken_from_the_fallbacks_opens_nothing(
    client: Browser, user: str, make_app: MakeApp
) -> None:
    client.login()
    client.post("/language", data={"language": "pt_BR"})
    for fallbacks, good in (((KEY,), True), ((OLDER,), False), ((), False)):
        other = Browser(make_app(secret_key=NEW, secret_key_fallbacks=fallbacks))
        other.keep(client.jar())
        assert other.is_signed_in() == good
