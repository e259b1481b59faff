"""Sessions are saved separately from the work of the view, and only once."""

import base64
import hashlib

import pytest
from flask import Flask, abort, request, session
from sqlalchemy import Connection, event, text

from {{ cookiecutter.project_slug }}.auth import sessions
from {{ cookiecutter.project_slug }}.core.db import db

from ...conftest import MakeApp
from ...support.accounts import end_everywhere
from ...support.http import SESSION, Browser, page
from ...support.mail import open_link
from ...support.sql import everything_stored, leave_undone, meanwhile, rows, statements


def test_the_database_does_not_contain_the_token(app: Flask, client: Browser, user: str) -> None:
    client.login(remember="on")
    token = client.jar()[SESSION]
    raw = base64.urlsafe_b64decode(token + "=")
    stored = everything_stored(app)

    assert len(raw) == 32
    assert hashlib.sha256(token.encode()).digest() in stored
    for spelling in (token.encode(), raw, raw.hex().encode()):
        assert spelling not in stored


def test_a_session_is_stored_only_when_it_has_data(app: Flask, client: Browser, user: str) -> None:
    for path in ("/", "/auth/login", "/account/", "/no/such/page", "/static/style.css"):
        with client.get(path) as response:
            assert "Set-Cookie" not in response.headers
    client.login(password="not the password at all")
    client.logout()
    assert rows(app, "SELECT * FROM sessions") == []
    assert client.jar() == {}

    client.post("/language", data={"language": "pt_BR"})
    assert rows(app, "SELECT * FROM sessions") == []
    assert SESSION not in client.jar()

    open_link(client)
    assert len(rows(app, "SELECT * FROM sessions")) == 1


def test_a_session_stored_while_all_sessions_end_is_revoked_too(
    app: Flask, client: Browser, user: str
) -> None:
    """A login with the old password can commit between any two statements."""
    client.login()
    (row,) = rows(app, "SELECT * FROM sessions")
    names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    again = text(f"INSERT INTO sessions ({names}) VALUES ({values})")

    def come_back(connection: Connection, cursor: object, sql: str, *_: object) -> None:
        if sql.startswith("DELETE FROM sessions"):
            connection.execute(again, row)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "after_cursor_execute", come_back)
    end_everywhere(app)
    event.remove(engine, "after_cursor_execute", come_back)
    assert len(rows(app, "SELECT * FROM sessions")) == 1
    assert not client.is_signed_in()


def test_a_page_of_a_signed_in_user_costs_one_statement(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    with statements(app) as seen:
        client.get("/account/")
    assert [sql for sql in seen if not sql.startswith("BEGIN")] == [
        sql for sql in seen if "sessions" in sql and "users" in sql
    ]
    assert len(seen) <= 2


def test_a_logout_ends_a_session_whose_token_is_rotated_meanwhile(
    make_app: MakeApp, user: str
) -> None:
    app = make_app()
    client, twin = Browser(app), Browser(app)

    @page(app)
    def renew() -> str:
        sessions.rotate_session()
        return ""

    @page(app)
    def leave() -> str:
        assert meanwhile(lambda: twin.get("/test-renew")).status_code == 200
        sessions.logout_user()
        return ""

    client.login()
    twin.keep(client.jar())
    assert client.get("/test-leave").status_code == 200
    assert client.jar() == {}
    assert not twin.is_signed_in()
    assert rows(app, "SELECT * FROM sessions") == []


def add_endings(app: Flask) -> None:
    """Add a view that ends in every possible way, and one that reads its session."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @page(app)
    def fail() -> str:
        session["word"] = "marmalade"
        leave_undone("undone@example.com")
        match request.args["how"]:
            case "raise":
                raise RuntimeError("the view broke")
            case how:
                abort(int(how))

    @page(app)
    def look() -> str:
        return str(session["word"])


@pytest.mark.parametrize(
    ("method", "how"),
    [("GET", "409"), ("POST", "409"), ("POST", "500"), ("POST", "raise")],
)
def test_uncommitted_work_of_a_view_is_not_saved_with_the_session(
    configure: MakeApp, user: str, how: str, method: str
) -> None:
    site = configure(add_endings)
    client = Browser(site)
    client.login()
    response = client.open("/test-fail", method=method, query_string={"how": how})
    assert response.status_code == (500 if how == "raise" else int(how))
    assert client.get("/test-look").text == "marmalade"
    assert [row["email"] for row in rows(site, "SELECT email FROM users")] == [user]
