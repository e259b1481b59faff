"""A view begins and ends sessions in the same way with either kind of session."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from flask import Flask

from my_flask_app.auth import accounts, sessions
from my_flask_app.auth.guards import signed_in_user
from my_flask_app.core.db import db

from ....conftest import MakeApp
from ....support.accounts import add_user, copy_of, end_everywhere, end_session, handles
from ....support.http import EMAIL, Browser, page, set_cookies
from ....support.sql import broken_database, connections, leave_undone, rows, statements
from ...support.sql import other_writer

BOB = "bob@example.com"


@pytest.fixture
def site(make_app: MakeApp, user: str) -> Flask:
    """Return an app with a second account, and with views that begin and end sessions."""
    app = make_app()
    with app.app_context():
        add_user(BOB, name="Bob")

    @page(app, public=True)
    def come_and_go() -> str:
        owner = accounts.find(EMAIL)
        assert owner is not None
        sessions.login_user(owner)
        sessions.logout_user()
        return ""

    @page(app)
    def leave() -> str:
        leave_undone("undone@example.com")
        sessions.logout_user()
        return ""

    @page(app)
    def end_all() -> str:
        sessions.end_sessions(signed_in_user(), keep_current=False)
        db.session.commit()
        return ""

    @page(app)
    def end_bobs() -> str:
        bob = accounts.find(BOB)
        assert bob is not None
        sessions.end_sessions(bob, keep_current=True)
        db.session.commit()
        return ""

    return app


def test_a_user_signed_in_and_out_by_one_request_is_signed_out(site: Flask) -> None:
    client = Browser(site)
    client.get("/test-come_and_go")
    assert not client.jar()
    assert not client.is_signed_in()
    assert handles(site) == []
    assert not rows(site, "SELECT * FROM events WHERE kind = 'login'")


def test_a_logout_does_not_wait_for_the_transaction_of_its_view(site: Flask) -> None:
    client = Browser(site)
    client.login()
    thief = copy_of(client)
    # The view's connection would hold the write lock that the logout needs.
    with connections(site) as in_use:
        assert client.get("/test-leave").status_code == 200
    assert set(in_use) == {1}
    assert not client.jar()
    assert not thief.is_signed_in()
    assert not rows(site, "SELECT * FROM users WHERE name = 'Undone'")


def test_ending_all_sessions_ends_the_one_that_asks(site: Flask) -> None:
    client, other = Browser(site), Browser(site)
    client.login()
    other.login()
    assert client.get("/test-end_all").status_code == 200
    assert not client.is_signed_in()
    assert not other.is_signed_in()


def test_ending_another_users_sessions_leaves_the_callers_own(site: Flask) -> None:
    client, bob = Browser(site), Browser(site)
    # As often as Bob's: only the user tells the two sessions apart.
    end_everywhere(site)
    client.login()
    bob.login(BOB)
    before = rows(site, "SELECT * FROM events")
    assert not set_cookies(client.get("/test-end_bobs"))
    assert rows(site, "SELECT * FROM events") == before
    assert client.is_signed_in()
    assert not bob.is_signed_in()


def test_a_handle_that_nearly_matches_ends_nothing(app: Flask, client: Browser, user: str) -> None:
    client.login()
    (handle,) = handles(app)
    near = [handle[:-1], f"{handle}0", f"{handle[:8]}{'x' * 24}", f"{handle} ", f"{handle[:8]}%"]
    for text in (*near, ""):
        assert not end_session(app, text), text
    assert client.is_signed_in()


def test_the_error_page_of_a_failed_login_does_not_try_again(make_app: MakeApp, user: str) -> None:
    app = make_app()
    # As in production: answer an error instead of raising it.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with statements(app) as run, broken_database(app, "INSERT INTO events"):
        assert Browser(app).login().status_code == 503
    assert sum(statement.startswith("INSERT INTO events") for statement in run) == 1


def test_a_login_by_a_get_waits_for_its_turn(make_app: MakeApp, user: str) -> None:
    """For example after a redirect from another service. It reads first and writes later."""
    app = make_app()

    @page(app, public=True)
    def arrive() -> str:
        owner = accounts.find(EMAIL)
        assert owner is not None
        sessions.login_user(owner)
        return ""

    client = Browser(app)
    with ThreadPoolExecutor(1) as thread, app.app_context():
        with other_writer(app, "UPDATE users SET name = 'Anna'") as writing:
            answer = thread.submit(client.get, "/test-arrive")
            with suppress(TimeoutError):
                answer.result(timeout=0.2)
            writing.commit()
        assert answer.result().status_code == 200
    assert client.is_signed_in()
