"""All sessions of a user end in the caller's transaction."""

import pytest
from flask import Flask

from my_flask_app.auth import sessions
from my_flask_app.auth.guards import signed_in_user
from my_flask_app.core.db import db

from .....conftest import MakeApp
from .....support.accounts import end_everywhere, end_session, handles
from .....support.http import Browser, page
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
    client.get("/end_others")
    assert client.jar() == before
    assert client.get("/end_others").status_code == 200
    assert other.get("/end_others").status_code == 303
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
