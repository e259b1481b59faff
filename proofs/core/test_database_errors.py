"""Only temporary database errors are a 503; all others are a 500 with a traceback."""

import sqlite3

import pytest
from flask import Flask
from sqlalchemy import event, text, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from my_flask_app.core.db import db, write_unless_busy
from my_flask_app.models import User

from ...conftest import MakeApp
from ...support.http import Browser, set_cookies
from ...support.sql import broken_database, run_sql
from ..support.sql import other_writer


@pytest.fixture
def answering(make_app: MakeApp, user: str) -> Flask:
    """Return an app that answers errors instead of raising them, as in production."""
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.mark.parametrize("statement", ["INSERT INTO events", "DELETE FROM throttles"])
def test_a_login_that_cannot_be_stored_is_logged_as_an_error(
    answering: Flask, statement: str, caplog: pytest.LogCaptureFixture
) -> None:
    """PostgreSQL's sequences are not advanced when rows are copied with their ids."""
    client = Browser(answering)
    with broken_database(answering, statement, IntegrityError):
        answer = client.login()
    assert answer.status_code == 500
    assert not client.jar()
    assert "Traceback" in caplog.text
    assert client.login().status_code == 303


@pytest.mark.parametrize("path", ["/account/", "/healthz"])
def test_a_table_that_is_missing_does_not_come_back_in_a_moment(
    answering: Flask, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    client = Browser(answering)
    client.login()
    run_sql(answering, "ALTER TABLE users RENAME TO lost")
    try:
        answer = client.get(path)
        assert (answer.status_code, set_cookies(answer)) == (500, [])
        assert client.login().status_code == 500
    finally:
        run_sql(answering, "ALTER TABLE lost RENAME TO users")
    assert "Traceback" in caplog.text
    assert client.is_signed_in()


def test_a_file_that_cannot_be_written_does_not_heal_by_itself(answering: Flask) -> None:
    client = Browser(answering)
    with answering.app_context():
        engine = db.engine
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no file of the app's")
    engine.dispose()
    event.listen(engine, "connect", forbid_writing)
    try:
        assert client.login().status_code == 500
        assert not client.jar()
    finally:
        # Other tests share the engine.
        event.remove(engine, "connect", forbid_writing)
        engine.dispose()


def test_an_optional_write_is_skipped_only_for_a_missing_lock(app: Flask, user: str) -> None:
    statement = update(User).values(name="Bob")
    with app.app_context():
        with other_writer(app, "UPDATE users SET name = 'Eve'"):
            assert not write_unless_busy(statement)
        with pytest.raises((OperationalError, ProgrammingError)):
            write_unless_busy(text("UPDATE nowhere SET name = 'Bob'"))
        assert write_unless_busy(statement)


def forbid_writing(connection: sqlite3.Connection, record: object) -> None:
    connection.execute("PRAGMA query_only = ON")
