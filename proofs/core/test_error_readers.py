"""An error page names the signed-in user, or nobody if account or database has gone."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import select, text

from my_flask_app.auth import accounts, ceremonies
from my_flask_app.auth.guards import signed_in_user
from my_flask_app.core import audit
from my_flask_app.core.db import db
from my_flask_app.models import User

from ...conftest import MakeApp
from ...support.accounts import add_user
from ...support.http import EMAIL, Browser, page
from ...support.sql import broken_database, meanwhile, run_sql

Happen = Callable[[Flask], object]
formats = pytest.mark.parametrize("accepted", ["text/html", "application/json"])


@pytest.fixture
def failing(make_app: MakeApp, user: str) -> Callable[[Happen], Browser]:
    """Return a function that makes apps whose view reads, and fails after an event."""

    def make(happen: Happen) -> Browser:
        app = make_app()
        # As in production: answer an error instead of raising it.
        app.config["PROPAGATE_EXCEPTIONS"] = False

        @page(app)
        def late() -> ResponseReturnValue:
            db.session.execute(select(1))
            happen(app)
            raise RuntimeError("the view failed")

        client = Browser(app)
        client.login()
        return client

    return make


def test_the_error_page_for_a_deleted_account_is_a_visitors(
    failing: Callable[[Happen], Browser],
) -> None:
    client = failing(lambda app: meanwhile(lambda: run_sql(app, "DELETE FROM users")))
    answer = client.get("/test-late")
    assert answer.status_code == 500
    assert 'href="/auth/login"' in answer.text


@formats
def test_the_error_page_works_if_the_database_server_goes_away(
    app: Flask, failing: Callable[[Happen], Browser], accepted: str
) -> None:
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("SQLite has no server")

    def end_connection(app: Flask) -> None:
        pid = db.session.scalar(text("SELECT pg_backend_pid()"))
        meanwhile(lambda: run_sql(app, "SELECT pg_terminate_backend(:pid)", pid=pid))

    answer = failing(end_connection).get("/test-late", headers={"Accept": accepted})
    assert answer.status_code == 500


@formats
def test_the_error_page_works_if_the_database_goes_away(
    failing: Callable[[Happen], Browser], accepted: str
) -> None:
    with ExitStack() as away:
        client = failing(lambda app: away.enter_context(broken_database(app, "FROM users")))
        answer = client.get("/test-late", headers={"Accept": accepted})
    assert answer.status_code == 500


def test_what_a_user_saves_while_the_account_is_deleted_is_refused_in_words(
    make_app: MakeApp, user: str
) -> None:
    app = make_app()

    def overtake() -> User:
        meanwhile(lambda: run_sql(app, "DELETE FROM users"))
        return signed_in_user()

    @page(app)
    def note() -> ResponseReturnValue:
        audit.record("noted", overtake())
        return ""

    @page(app)
    def rename() -> ResponseReturnValue:
        overtake().name = "Another"
        db.session.commit()
        return ""

    @page(app)
    def challenge() -> ResponseReturnValue:
        # It has a connection of its own.
        ceremonies.begin("anything", overtake())
        return ""

    @page(app)
    def read() -> ResponseReturnValue:
        owner = overtake()
        db.session.execute(select(1))
        db.session.rollback()
        return owner.name

    for path in ("/test-note", "/test-rename", "/test-challenge", "/test-read"):
        with app.app_context():
            if accounts.find(EMAIL) is None:
                add_user(EMAIL)
        client = Browser(app)
        client.login()
        answer = client.post(path)
        assert answer.status_code == 410, path
        assert "Your account was deleted." in answer.text
        assert 'href="/auth/login"' in answer.text


def test_a_row_that_a_table_refuses_is_an_error_as_before(make_app: MakeApp, user: str) -> None:
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @page(app)
    def twice() -> ResponseReturnValue:
        add_user(EMAIL)
        return ""

    client = Browser(app)
    client.login()
    assert client.post("/test-twice").status_code == 500
