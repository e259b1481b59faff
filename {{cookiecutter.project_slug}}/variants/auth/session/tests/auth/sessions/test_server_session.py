"""Sessions are saved on their own: not with the view's work, and never twice."""

import base64
import hashlib

import pytest
from flask import Flask, abort, request, session
from sqlalchemy import Connection, event, text

from {{ cookiecutter.project_slug }}.auth import sessions
from {{ cookiecutter.project_slug }}.core.db import db

from ...conftest import MakeApp
from ...support.accounts import add_user, copy_of, end_everywhere, end_session, handles
from ...support.http import SESSION, Browser, page
from ...support.mail import open_link
from ...support.sql import everything_stored, leave_undone, meanwhile, rows, run_sql, statements

OTHER = "bob@example.com"


def test_the_token_lies_nowhere_in_the_database(app: Flask, client: Browser, user: str) -> None:
    client.login(remember="on")
    token = client.jar()[SESSION]
    raw = base64.urlsafe_b64decode(token + "=")
    stored = everything_stored(app)

    assert len(raw) == 32
    assert hashlib.sha256(token.encode()).digest() in stored
    for spelling in (token.encode(), raw, raw.hex().encode()):
        assert spelling not in stored


def test_the_handle_in_the_table_opens_nothing(app: Flask, client: Browser, user: str) -> None:
    client.login()
    (row,) = rows(app, "SELECT handle, token_hash FROM sessions")
    encoded = base64.urlsafe_b64encode(row["token_hash"]).decode().rstrip("=")
    for shown in (row["handle"], encoded, row["token_hash"].hex()):
        other = Browser(app)
        other.keep({SESSION: shown})
        assert not other.is_signed_in()


def test_no_row_and_no_cookie_until_there_is_something_to_keep(
    app: Flask, client: Browser, user: str
) -> None:
    for path in ("/", "/auth/login", "/account/", "/nowhere", "/static/style.css"):
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


def test_ending_everywhere_leaves_no_row(app: Flask, client: Browser, user: str) -> None:
    client.login()
    end_everywhere(app)
    assert rows(app, "SELECT * FROM sessions") == []
    assert not client.is_signed_in()


def test_a_session_begun_while_the_others_are_ended_is_not_lifted_over(
    app: Flask, client: Browser, user: str
) -> None:
    """A login with the old password may be committed between any two statements."""
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


def test_one_session_can_be_ended_by_its_handle(app: Flask, client: Browser, user: str) -> None:
    client.login()
    (handle,) = handles(app)
    other = Browser(app)
    other.login()
    assert end_session(app, handle)
    assert not client.is_signed_in()
    assert other.is_signed_in()
    assert not end_session(app, handle)


def test_nobody_ends_the_sessions_of_others(app: Flask, client: Browser, user: str) -> None:
    with app.app_context():
        add_user(OTHER)
    client.login()
    (handle,) = handles(app)
    assert not end_session(app, handle, OTHER)
    assert not end_session(app, "no such handle")
    assert client.is_signed_in()


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


def test_logout_takes_away_row_and_cookie_at_once(app: Flask, client: Browser, user: str) -> None:
    client.login()
    thief = copy_of(client)
    client.logout()
    assert client.jar() == {}
    assert rows(app, "SELECT * FROM sessions") == []
    assert not thief.is_signed_in()


def test_a_logout_ends_a_session_whose_token_is_renewed_meanwhile(
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
        assert meanwhile(lambda: twin.get("/renew")).status_code == 200
        sessions.logout_user()
        return ""

    client.login()
    twin.keep(client.jar())
    assert client.get("/leave").status_code == 200
    assert client.jar() == {}
    assert not twin.is_signed_in()
    assert rows(app, "SELECT * FROM sessions") == []


@pytest.fixture
def site(make_app: MakeApp) -> Flask:
    """Return an app whose pages end in every way that a view can."""
    app = make_app()
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

    @page(app)
    def vanish() -> str:
        match request.args["work"]:
            case "write":
                session["word"] = "marmalade"
            case "renew":
                sessions.rotate_session()
        meanwhile(lambda: run_sql(app, "DELETE FROM sessions"))
        return ""

    return app


@pytest.mark.parametrize(
    ("method", "how"),
    [("GET", "409"), ("POST", "409"), ("POST", "500"), ("POST", "raise")],
)
def test_work_that_a_view_left_undone_is_not_saved_with_the_session(
    site: Flask, user: str, how: str, method: str
) -> None:
    client = Browser(site)
    client.login()
    response = client.open("/fail", method=method, query_string={"how": how})
    assert response.status_code == (500 if how == "raise" else int(how))
    assert client.get("/look").text == "marmalade"
    assert [row["email"] for row in rows(site, "SELECT email FROM users")] == [user]
