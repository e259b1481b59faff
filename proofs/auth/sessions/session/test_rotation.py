"""Login, confirmation and logout rotate the token; the old one is invalid at once."""

import pytest
from flask import Flask, session
from time_machine import TimeMachineFixture

from my_flask_app.auth import sessions

from .....conftest import MakeApp
from .....support.accounts import copy_of
from .....support.http import SESSION, Browser, page
from .....support.mail import open_link
from .....support.sql import rows


@pytest.fixture
def site(make_app: MakeApp) -> Flask:
    """Return an app with a page that rotates the session."""
    app = make_app()

    @page(app)
    def renew() -> str:
        session["word"] = "marmalade"
        sessions.rotate_session(proved=True)
        return ""

    @page(app)
    def look() -> str:
        return str(session["word"])

    return app


def test_a_token_planted_before_the_login_is_worth_nothing_after_it(app: Flask, user: str) -> None:
    attacker = Browser(app)
    open_link(attacker)
    victim = copy_of(attacker)
    victim.login()
    assert victim.is_signed_in()
    assert victim.jar() != attacker.jar()
    assert not attacker.is_signed_in()
    (row,) = rows(app, "SELECT user_id FROM sessions")
    assert row["user_id"] is not None


def test_a_token_that_the_server_did_not_issue_is_not_adopted(client: Browser, user: str) -> None:
    client.keep({SESSION: "A" * 43})
    client.login()
    assert client.jar()[SESSION] != "A" * 43


def test_logging_in_again_ends_the_session_before(app: Flask, client: Browser, user: str) -> None:
    other = Browser(app)
    other.login()
    client.login()
    before = copy_of(client)
    client.login()
    assert client.is_signed_in()
    assert not before.is_signed_in()
    assert other.is_signed_in()
    assert len(rows(app, "SELECT * FROM sessions")) == 2


def test_a_proof_gives_a_new_token_and_keeps_the_session(
    site: Flask, user: str, clock: TimeMachineFixture
) -> None:
    client = Browser(site)
    client.login()
    thief = copy_of(client)
    (before,) = rows(site, "SELECT * FROM sessions")
    clock.shift(30)
    client.get("/test-renew")

    assert client.jar() != thief.jar()
    assert not thief.is_signed_in()
    assert client.get("/test-look").text == "marmalade"
    (after,) = rows(site, "SELECT * FROM sessions")
    for column in ("handle", "user_id", "epoch", "remembered", "created_at"):
        assert after[column] == before[column]
    assert after["authenticated_at"] > before["authenticated_at"]


def test_dead_tokens_neither_set_nor_delete_a_cookie(
    app: Flask, client: Browser, user: str
) -> None:
    """A late response to the old token would overwrite the new cookie."""
    client.login()
    late = copy_of(client)
    client.login()
    for path in ("/", "/account/", "/auth/login", "/nowhere"):
        assert "Set-Cookie" not in late.get(path).headers
    assert "Set-Cookie" not in late.post("/account/", data={}).headers
    assert client.is_signed_in()
