"""An error page names the signed-in user, and works without one if the database fails."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import select, text

from my_flask_app.core.db import db

from ...conftest import MakeApp
from ...support.http import Browser, page
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
