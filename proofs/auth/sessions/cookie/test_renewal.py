"""Old tokens are renewed, but never past their limit and never after they were ended."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask, abort, request
from sqlalchemy import text
from time_machine import TimeMachineFixture

from my_flask_app.auth import sessions
from my_flask_app.core.db import db

from .....auth.sessions import test_signed_cookie
from .....conftest import MakeApp
from .....support.accounts import change_password, copy_of
from .....support.forging import fields
from .....support.http import AUTH, Browser, page
from .....support.sql import leave_undone, meanwhile, rows
from ....support.sql import until_it_waits

renewing = test_signed_cookie.renewing


@pytest.mark.parametrize(("idle", "often"), [(1800, 60), (100, 10)])
def test_an_aged_token_is_renewed_and_names_the_same_session(
    configure: MakeApp, user: str, idle: int, often: int, clock: TimeMachineFixture
) -> None:
    client = Browser(configure(session_idle_seconds=idle))
    client.login()
    before, text = fields(client), client.jar()[AUTH]
    clock.shift(often - 1)
    assert "Set-Cookie" not in client.get("/healthz").headers
    clock.shift(1)
    assert "Set-Cookie" in client.get("/healthz").headers
    assert client.jar()[AUTH] != text
    assert fields(client) == before


@pytest.mark.parametrize("proof", [True, False])
@pytest.mark.parametrize("how", ["logout", "password"])
def test_a_session_that_ended_meanwhile_gets_no_new_token(
    make_app: MakeApp, user: str, how: str, proof: bool, clock: TimeMachineFixture
) -> None:
    """It would overwrite the cookie that the browser received in parallel."""
    app = make_app()
    twin = Browser(app)

    @page(app)
    def work() -> str:
        if proof:
            sessions.rotate_session()
        meanwhile(twin.logout if how == "logout" else lambda: change_password(twin))
        return ""

    client = Browser(app)
    client.login()
    twin.keep(client.jar())
    clock.shift(61)
    assert "Set-Cookie" not in client.get("/test-work").headers
    assert not client.is_signed_in()
    assert twin.is_signed_in() == (how == "password")


@pytest.mark.parametrize(
    ("method", "how"),
    [
        *(("GET", "409"), ("POST", "409"), ("POST", "500")),
        *(("POST", "raise"), ("POST", "renew")),
    ],
)
def test_uncommitted_work_of_a_view_is_not_saved_with_the_renewal(
    make_app: MakeApp, user: str, how: str, method: str, clock: TimeMachineFixture
) -> None:
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @page(app)
    def fail() -> str:
        leave_undone("undone@example.com")
        match request.args["how"]:
            case "raise":
                raise RuntimeError("the view broke")
            case "renew":
                sessions.rotate_session()
                return ""
            case how:
                abort(int(how))

    client = Browser(app)
    client.login()
    clock.shift(61)
    response = client.open("/test-fail", method=method, query_string={"how": how})
    assert AUTH in response.headers["Set-Cookie"]
    assert [row["email"] for row in rows(app, "SELECT email FROM users")] == [user]


def test_a_dead_token_neither_sets_nor_deletes_a_cookie(
    client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    client.login()
    late = copy_of(client)
    client.logout()
    clock.shift(61)
    for path in ("/", "/account/", "/auth/login", "/nowhere"):
        assert "Set-Cookie" not in late.get(path).headers


def test_a_renewal_and_a_change_of_the_account_fail_neither(renewing: Flask, user: str) -> None:
    """Both lock the account's row first; another order can deadlock."""
    client = Browser(renewing)
    client.login()
    sid = fields(client)[0]
    with ThreadPoolExecutor(1) as thread, renewing.app_context(), db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            pytest.skip("SQLite has one writer: nobody holds one row and waits for another")
        connection.execute(text("SELECT id FROM users FOR UPDATE"))
        answer = thread.submit(client.get, "/test-renew")
        until_it_waits(answer, connection)
        ended = text("INSERT INTO ended_sessions (sid, ends_at) VALUES (:sid, now())")
        connection.execute(ended, {"sid": sid})
        connection.commit()
        assert answer.result().status_code == 200
