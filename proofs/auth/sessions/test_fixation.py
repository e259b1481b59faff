"""An attacker who plants or keeps an old token gains nothing from a later login."""

from collections.abc import Callable

import pytest
from flask import Flask

from ....support.accounts import add_user
from ....support.http import EMAIL, Browser, set_cookies

Spoil = Callable[[str], str]


@pytest.fixture
def attacker(app: Flask) -> Browser:
    return Browser(app)


@pytest.mark.parametrize("path", ["/", "/account/", "/auth/login", "/nowhere"])
def test_a_late_request_with_an_old_token_touches_no_cookie(
    client: Browser, attacker: Browser, user: str, path: str
) -> None:
    # A parallel request of the same browser can get its response after the new token.
    client.login()
    attacker.keep(client.jar())
    client.login()
    assert not set_cookies(attacker.get(path))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: "",
        lambda token: " ",
        lambda token: "x" * 4000,
        lambda token: "..",
        lambda token: token[:-1],
        lambda token: token[1:],
        lambda token: token + "=",
        lambda token: token + "A",
        lambda token: token + ".",
        lambda token: token.swapcase(),
        lambda token: token[::-1],
        lambda token: f"{token}{token}",
        lambda token: "\N{SNOWMAN}" + token,
    ],
)
def test_a_token_that_is_not_ours_signs_nobody_in(client: Browser, user: str, spoil: Spoil) -> None:
    client.login()
    client.keep({name: spoil(token) for name, token in client.jar().items()})
    assert client.get("/auth/login").status_code == 200
    refused = client.get("/account/")
    assert refused.status_code == 303
    assert not set_cookies(refused)


def test_a_new_account_does_not_inherit_the_sessions_of_a_deleted_one(
    app: Flask, client: Browser, user: str
) -> None:
    client.login(remember="y")
    app.test_cli_runner().invoke(args=["user", "delete", EMAIL])
    with app.app_context():
        add_user(EMAIL, name="Another Ana")
    assert not client.is_signed_in()
