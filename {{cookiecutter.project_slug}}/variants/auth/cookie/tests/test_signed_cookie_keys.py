"""The secret key can be rotated without logging anybody out."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from .browser import Browser
from .conftest import KEY, MakeApp
from .forging import fields

NEW = "the newest key of all: zyxwvutsrq 9876543210"
OLDER = "a key of long ago: qwertyuiop 1357924680 asdf"


def is_good(app: Flask, client: Browser) -> bool:
    """Tell whether an app with other keys takes the cookies of a browser."""
    other = Browser(app)
    other.keep(client.jar())
    return other.is_signed_in()


def test_a_token_of_the_old_key_is_renewed_with_the_new_one(
    client: Browser, user: str, configure: MakeApp, clock: TimeMachineFixture
) -> None:
    client.login()
    rotated = configure(secret_key=NEW, secret_key_fallbacks=(KEY, OLDER))
    other = Browser(rotated)
    other.keep(client.jar())
    assert other.is_signed_in()
    assert other.jar() == client.jar()

    clock.shift(61)
    assert other.is_signed_in()
    assert fields(other) == fields(client)
    assert is_good(configure(secret_key=NEW), other)
    assert not is_good(client.application, other)


@pytest.mark.parametrize("fallbacks", [(), (OLDER, KEY), (KEY, OLDER)])
def test_the_newest_key_signs_whatever_the_fallbacks(
    app: Flask, user: str, configure: MakeApp, fallbacks: tuple[str, ...]
) -> None:
    client = Browser(configure(secret_key=NEW, secret_key_fallbacks=fallbacks))
    client.login()
    assert is_good(configure(secret_key=NEW), client)
    assert not is_good(app, client)


def test_a_key_taken_from_the_fallbacks_opens_nothing(
    client: Browser, user: str, configure: MakeApp
) -> None:
    client.login()
    client.post("/language", data={"language": "pt_BR"})
    for fallbacks, good in (((KEY,), True), ((OLDER,), False), ((), False)):
        app = configure(secret_key=NEW, secret_key_fallbacks=fallbacks)
        assert is_good(app, client) == good
