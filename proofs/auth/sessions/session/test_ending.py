"""A session that ends takes its row along."""

import base64

from flask import Flask

from my_flask_app.auth import sessions
from my_flask_app.auth.guards import signed_in_user
from my_flask_app.core.db import db

from .....conftest import MakeApp
from .....support.accounts import copy_of, end_everywhere, handles
from .....support.http import SESSION, Browser, page
from .....support.sql import rows


def test_ending_the_others_keeps_this_one_alone(make_app: MakeApp, user: str) -> None:
    app = make_app()

    @page(app)
    def end_others() -> str:
        sessions.end_sessions(signed_in_user(), keep_current=True)
        db.session.commit()
        return ""

    client, other = Browser(app), Browser(app)
    other.login()
    client.login()
    client.get("/test-end_others")
    assert client.get("/test-end_others").status_code == 200
    assert other.get("/test-end_others").status_code == 303
    assert len(handles(app)) == 1


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


def test_logout_deletes_row_and_cookie_at_once(app: Flask, client: Browser, user: str) -> None:
    client.login()
    thief = copy_of(client)
    client.logout()
    assert client.jar() == {}
    assert rows(app, "SELECT * FROM sessions") == []
    assert not thief.is_signed_in()
