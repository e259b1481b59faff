"""Sessions are saved separately from the work of the view, and only once."""

from contextlib import ExitStack
from threading import Timer

import pytest
from flask import Flask, Response, abort, request, session
from time_machine import TimeMachineFixture

from my_flask_app.auth import sessions

from .....conftest import MakeApp
from .....support.http import Browser, keep_words, page
from .....support.sql import broken_database, leave_undone, meanwhile, rows, run_sql, statements
from ....support.sql import other_writer

SEEN = "SELECT seen_at FROM sessions"
RESTLESS = "UPDATE sessions SET client = 'another program'"


@pytest.fixture
def site(make_app: MakeApp) -> Flask:
    """Return an app whose views end in every possible way."""
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


@pytest.mark.parametrize("work", ["write", "renew", "see"])
def test_a_row_that_vanished_meanwhile_does_not_come_back(
    site: Flask, user: str, work: str, clock: TimeMachineFixture
) -> None:
    client = Browser(site)
    client.login()
    clock.shift(61)
    response = client.get("/test-vanish", query_string={"work": work})
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert rows(site, "SELECT * FROM sessions") == []
    assert not client.is_signed_in()


@pytest.mark.parametrize(("idle", "often"), [(1800, 60), (100, 10)])
def test_last_seen_is_written_now_and_then(
    configure: MakeApp,
    user: str,
    idle: int,
    often: int,
    clock: TimeMachineFixture,
) -> None:
    client = Browser(configure(session_idle_seconds=idle))
    client.login()
    at_login = rows(client.application, SEEN)
    clock.shift(often - 1)
    client.get("/")
    assert rows(client.application, SEEN) == at_login
    clock.shift(1)
    client.get("/")
    assert rows(client.application, SEEN) != at_login


def test_writing_last_seen_waits_for_no_lock(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    client.login()
    at_login = rows(app, SEEN)
    clock.shift(61)
    with other_writer(app, RESTLESS) as other:
        # A request that waited for the lock now gets it, and writes.
        release = Timer(2, other.rollback)
        release.start()
        assert client.get("/account/").status_code == 200
        release.cancel()
        release.join()
        assert rows(app, SEEN) == at_login
    client.get("/")
    assert rows(app, SEEN) != at_login


def test_a_session_that_cannot_be_saved_answers_503_and_sets_no_cookie(
    make_app: MakeApp,
) -> None:
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with ExitStack() as later:

        @page(app, public=True)
        def keep() -> str:
            session["word"] = "marmalade"
            later.enter_context(broken_database(app))
            return ""

        response = Browser(app).get("/test-keep")
    assert response.status_code == 503
    assert "Set-Cookie" not in response.headers


def test_the_error_page_does_not_save_a_session_that_failed_to_save(
    make_app: MakeApp,
) -> None:
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    keep_words(app)
    with statements(app) as run, broken_database(app, "INSERT INTO sessions"):
        response = Browser(app).get("/test-keep")
    assert response.status_code == 503
    assert sum(statement.startswith("INSERT INTO sessions") for statement in run) == 1


def test_a_session_that_cannot_be_read_is_not_replaced_by_another(
    make_app: MakeApp, user: str
) -> None:
    app = make_app()

    @app.after_request
    def note(response: Response) -> Response:
        session["status"] = response.status_code
        return response

    client = Browser(app)
    client.login()
    before, held = rows(app, "SELECT * FROM sessions"), client.jar()
    with broken_database(app, "FROM sessions"):
        assert client.get("/").status_code == 503
    assert client.jar() == held
    assert rows(app, "SELECT * FROM sessions") == before
    assert client.is_signed_in()
