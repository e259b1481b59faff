"""Uncommitted work of a view is rolled back; sessions and counters are saved separately."""

import pytest
from flask import Flask, flash
from flask.typing import ResponseReturnValue

from my_flask_app.auth.guards import signed_in_user

from ...conftest import MakeApp
from ...support.http import EMAIL, Browser, page
from ...support.sql import broken_database, leave_undone, rows, statements


@pytest.fixture
def unfinished(make_app: MakeApp) -> Flask:
    """Return an app whose views leave their work uncommitted, each in another way."""
    app = make_app()
    # As in production: answer an error instead of raising it.
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @page(app)
    def forget() -> ResponseReturnValue:
        leave_undone("undone@example.com")
        flash("Forgotten.")
        return "done"

    @page(app)
    def conflict() -> ResponseReturnValue:
        leave_undone("undone@example.com")
        flash("In conflict.")
        return "conflict", 409

    @page(app)
    def fail() -> ResponseReturnValue:
        leave_undone("undone@example.com")
        flash("Failed.")
        raise RuntimeError("the view failed")

    @page(app)
    def clash() -> ResponseReturnValue:
        flash("Clashed.")
        leave_undone(signed_in_user().email)
        return "never reached"

    return app


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/test-forget", 200, "Forgotten."),
        ("/test-conflict", 409, "In conflict."),
        ("/test-fail", 500, "Failed."),
        ("/test-clash", 500, "Clashed."),
    ],
)
def test_a_view_that_does_not_commit_leaves_nothing_but_its_session(
    unfinished: Flask, user: str, path: str, status: int, message: str
) -> None:
    client = Browser(unfinished)
    client.login()
    for method in ("GET", "POST"):
        answer = client.open(path, method=method)
        assert answer.status_code == status
        assert rows(unfinished, "SELECT email FROM users") == [{"email": EMAIL}]
        # An error page shows the message itself.
        assert message in answer.text + client.get("/").text
    assert client.is_signed_in()


def test_the_error_page_of_a_failed_write_still_knows_its_reader(
    unfinished: Flask, user: str
) -> None:
    client = Browser(unfinished)
    client.login()
    answer = client.post("/test-clash")
    assert answer.status_code == 500
    assert 'action="/auth/logout"' in answer.text


def test_the_page_for_a_lost_database_does_not_ask_it_again(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    with broken_database(app, "UPDATE users"):
        answer = client.post("/account/", data={"name": "Anna", "language": "en"})
    assert answer.status_code == 503
    assert "Back in a moment" in answer.text
    assert client.name() == "Ana"


def test_reading_writes_nothing(app: Flask, client: Browser, user: str) -> None:
    client.login()
    client.get("/")
    with statements(app) as run:
        client.get("/account/")
        client.get("/healthz")
    # It does not wait for a writer, as BEGIN IMMEDIATE would.
    assert {statement.split()[0] for statement in run} <= {"BEGIN", "SELECT"}
    assert "BEGIN IMMEDIATE" not in run


@pytest.mark.parametrize(
    "statement", ["INSERT INTO events", "DELETE FROM throttles", "BEGIN IMMEDIATE"]
)
def test_a_login_that_cannot_be_written_down_is_none(
    make_app: MakeApp, user: str, statement: str
) -> None:
    app = make_app()
    url = app.config["SQLALCHEMY_ENGINES"]["default"]["url"]
    if statement.startswith("BEGIN") and not url.startswith("sqlite"):
        pytest.skip("only SQLite begins by a statement of ours")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = Browser(app)
    with broken_database(app, statement):
        answer = client.login()
    assert answer.status_code == 503
    assert not client.jar()
    assert client.login().status_code == 303
