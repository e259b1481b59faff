"""Only the exact token that the server signed signs a user in."""

from typing import Any

import pytest
from flask import Flask

from .....support.forging import fields, forge, holder
from .....support.http import AUTH, SESSION, Browser
from .....support.mail import open_link


def test_two_logins_share_no_session(app: Flask, client: Browser, user: str) -> None:
    other = Browser(app)
    other.login()
    client.login()
    assert fields(client)[0] != fields(other)[0]


@pytest.mark.parametrize(
    "changed",
    [[], ["x"], [1, 2, 3, 4, 5], ["x"] * 6, [*range(7)], ["", "", 0, 0, 0, 0]],
)
def test_a_token_of_another_layout_is_refused_though_our_key_signed_it(
    client: Browser, user: str, changed: list[Any]
) -> None:
    """An older release of the app may have signed it."""
    assert not holder(client, forge(changed)).is_signed_in()


@pytest.mark.parametrize(
    "text",
    ["x", "a.b.c", "...", '"', "%00", "\x01", "é", "\xff\xfe.a.b", "A" * 8000],
)
def test_a_foreign_cookie_is_left_alone(client: Browser, user: str, text: str) -> None:
    header = {"HTTP_COOKIE": f"{AUTH}={text}"}
    for path, status in (("/", 200), ("/account/", 303), ("/auth/login", 200)):
        response = client.get(path, environ_overrides=header)
        assert response.status_code == status
        assert "Set-Cookie" not in response.headers


def test_a_session_and_a_token_do_not_pass_for_each_other(client: Browser, user: str) -> None:
    open_link(client)
    session = client.jar()[SESSION]
    assert not holder(client, session).is_signed_in()

    client.login()
    swapped = Browser(client.application)
    swapped.keep({SESSION: client.jar()[AUTH]})
    assert swapped.get("/").status_code == 200
    assert not swapped.is_signed_in()
