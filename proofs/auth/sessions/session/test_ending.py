"""All sessions of a user end in the caller's transaction."""

import base64

import pytest
from flask import Flask

from my_flask_app.auth import sessions
from my_flask_app.auth.guards import signed_in_user
from my_flask_app.core.db import db

from .....conftest import MakeApp
from .....support.accounts import copy_of, end_everywhere, end_session, handles
from .....support.http import SESSION, Browser, page
from .....support.sql import rows


@pytest.mark.parametrize("one", [True, False])
def test_ending_sessions_is_undone_with_the_transaction(
    app: Flask, client: Browser, user: str, one: bool
) -> None:
    client.login()
    if one:
        assert end_session(app, handles(app)[0], commit=False)
    else:
        end_everywhere(app, commit=False)
    assert client.is_signed_in()


def test_ending_the_others_keeps_this_one_and_its_token(make_app: MakeApp, user: str) -> None:
    app = make_app()

    @page(app)
    def end_others() -> str:
        sessions.end_sessions(signed_in_user(), keep_current=True)
        db.session.commit()
        return ""

    client, other = Browser(app), Browser(app)
    other.login()
    client.login()
    before = client.jar()
    client.get("/test-end_others")
    assert client.jar() == before
    assert client.get("/test-end_others").status_code == 200
    assert other.get("/test-end_others").status_code == 303
    assert len(handles(app)) == 1


def test_a_disabled_account_keeps_no_sessions_even_if_enabled_again(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    run = app.test_cli_runner()
    run.invoke(args=["user", "disable", user])
    assert not client.is_signed_in()
    run.invoke(args=["user", "enable", user])
    assert not client.is_signed_in()
    client.login()
    assert client.is_signed_in()


def test_a_deleted_account_takes_its_sessions_along(app: Flask, client: Browser, user: str) -> None:
    client.login()
    app.test_cli_runner().invoke(args=["user", "delete", user])
    assert not client.is_signed_in()
    assert rows(app, "SELECT * FROM sessions") == []


def test_a_handle_or_hash_from_the_table_signs_nobody_in(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    (row,) = rows(app, "SELECT handle, token_hash FROM sessions")
    encoded = base64.urlsafe_b64encode(row["token_hash"]).decode().rstrip("=")
    for shown in (row["handle"], encoded, row["token_hash"].hex()):
        other = Browser(app)
        other.keep({SESSION: shown})
        assert not other.is_signed_in()


def test_ending_all_sessions_deletes_their_rows(app: Flask, client: Browser, user: str) -> None:
    client.login()
    end_everywhere(app)
    assert rows(app, "SELECT * FROM sessions") == []
    assert not client.is_signed_in()


def test_one_session_can_be_ended_by_its_handle(app: Flask, client: Browser, user: str) -> None:
    client.login()
    (handle,) = handles(app)
    other = Browser(app)
    other.login()
    assert end_session(app, handle)
    assert not client.is_signed_in()
    assert other.is_signed_in()
    assert not end_session(app, handle)


def test_logout_deletes_row_and_cookie_at_once(app: Flask, client: Browser, user: str) -> None:
    client.login()
    thief = copy_of(client)
    client.logout()
    assert client.jar() == {}
    assert rows(app, "SELECT * FROM sessions") == []
    assert not thief.is_signed_in()
