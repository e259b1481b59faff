"""Rotating the secret key logs no user out."""

import pytest
from flask import Flask

from .....auth.sessions.test_signed_cookie import is_good
from .....conftest import MakeApp
from .....support.http import Browser
from .....support.settings import KEY

NEW = "the newest key of all: zyxwvutsrq 9876543210"
OLDER = "a key of long ago: qwertyuiop 1357924680 asdf"


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
