"""Uncommitted work is rolled back, and no lock is held while a body arrives or a password is hashed."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth import passwords
from {{ cookiecutter.project_slug }}.core.db import db

from ..conftest import MakeApp
from ..support.accounts import NEW_PASSWORD, change_password, watch_hashing
from ..support.http import EMAIL, PASSWORD, Browser, page, set_cookies
from ..support.mail import ask_for_link
from ..support.sql import (
    broken_database,
    connections,
    leave_undone,
    meanwhile,
    rows,
    run_sql,
    selects,
    statements,
)

ADDED = "a hook, a context processor or base.html runs a query: run it in the views that need it."

MULTIPART = "multipart/form-data; boundary=x"


def test_a_page_costs_one_select_for_a_user_and_none_for_visitors(
    app: Flask, client: Browser, user: str
) -> None:
    def cost(path: str) -> int:
        with statements(app) as run:
            client.get(path)
        return len(selects(run))

    assert [cost("/auth/login"), cost("/no/such/page"), cost("/account/")] == [0, 0, 0], ADDED
    client.login()
    assert [cost("/no/such/page"), cost("/account/")] == [1, 1], ADDED
    assert [cost("/static/style.css"), cost("/static/none")] == [0, 0]


@pytest.mark.parametrize("path", ["/healthz", "/account/"])
def test_a_request_holds_one_connection_at_a_time(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture, path: str
) -> None:
    # With two, concurrent requests could exhaust the pool and deadlock.
    with connections(app) as in_use:
        client.login()
        # Late enough for last_seen to be written again.
        clock.shift(300)
        assert client.get(path).status_code == 200
        assert change_password(client) == 303
    assert set(in_use) == {1}


def confirm(client: Browser) -> int:
    return client.post("/auth/confirm", data={"password": PASSWORD}).status_code


def finish(start: str, email: str) -> Callable[[Browser], int]:
    def act(client: Browser) -> int:
        client.get(ask_for_link(client, start, email))
        form = {"name": "Bob", "password": NEW_PASSWORD}
        return client.post(f"{start}/finish", data=form).status_code

    return act


@pytest.mark.parametrize(
    ("act", "chosen"),
    [
        pytest.param(lambda client: client.login().status_code, False, id="login"),
        pytest.param(
            lambda client: client.login().status_code and change_password(client),
            True,
            id="password change",
        ),
        pytest.param(
            lambda client: client.login().status_code and confirm(client), False, id="confirmation"
        ),
        pytest.param(finish("/auth/register", "bob@example.com"), True, id="register"),
        pytest.param(finish("/auth/reset", EMAIL), True, id="reset"),
    ],
)
def test_no_transaction_is_open_while_a_password_is_rated_or_hashed(
    client: Browser,
    user: str,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[Browser], int],
    chosen: bool,
) -> None:
    # SQLite has one writer: every other one would wait for the hash.
    judged: list[bool] = []
    hashed: list[bool] = []

    def judge(password: str) -> dict[str, int]:
        judged.append(db.session.in_transaction())
        return {"score": 4}

    monkeypatch.setattr(passwords, "zxcvbn", judge)
    watch_hashing(monkeypatch, lambda: hashed.append(db.session.in_transaction()))
    assert act(client) == 303
    assert bool(judged) is chosen
    assert hashed
    assert not any(judged + hashed)


@pytest.mark.parametrize("path", ["/", "/account/", "/healthz", "/no/such/page"])
def test_no_user_gets_in_while_the_database_is_down(
    app: Flask, client: Browser, user: str, path: str
) -> None:
    client.login(remember="y")
    with broken_database(app):
        answer = client.get(path)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert not set_cookies(answer)
    assert client.is_signed_in()


@pytest.fixture
def answering(make_app: MakeApp, user: str) -> Flask:
    """Return an app that answers errors instead of raising them, as in production."""
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def test_a_failed_registration_is_logged_and_keeps_its_link(
    answering: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    client = Browser(answering)
    client.get(ask_for_link(client, "/auth/register", "bob@example.com"))
    form = {"name": "Bob", "password": NEW_PASSWORD}
    with broken_database(answering, "INSERT INTO users", IntegrityError):
        assert client.post("/auth/register/finish", data=form).status_code == 500
    assert "Traceback" in caplog.text
    # The link is still good.
    assert client.post("/auth/register/finish", data=form).status_code == 303


def test_a_login_fails_if_the_account_is_deleted_meanwhile(
    client: Browser, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delete() -> None:
        meanwhile(lambda: run_sql(client.application, "DELETE FROM users"))

    watch_hashing(monkeypatch, delete)
    assert client.login().status_code == 303
    assert not client.jar()


class Body(BytesIO):
    """A request body that notes whether a transaction is open at each read."""

    def __init__(self, text: bytes, then: Callable[[], object] = lambda: None) -> None:
        super().__init__(text)
        self.seen: list[bool] = []
        self._then = then

    def readinto(self, buffer: Any, /) -> int:
        self.seen.append(db.session.in_transaction())
        meanwhile(self._then)
        return super().readinto(buffer)


def add_late(app: Flask) -> None:
    """Add a view that writes before it reads a body."""

    @page(app, public=True)
    def late() -> ResponseReturnValue:
        leave_undone("undone@example.com")
        if request.is_json:
            return str(request.json)
        # The view can still read a body of any kind.
        return request.form.get("word") or request.stream.read()


@pytest.mark.parametrize("untold", [False, True])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"word=slow", "application/x-www-form-urlencoded"),
        (b'--x\r\nContent-Disposition: form-data; name="word"\r\n\r\nslow\r\n--x--', MULTIPART),
        (b'{"word":"slow"}', "application/json"),
        (b"slow", "application/octet-stream"),
    ],
)
def test_no_transaction_is_open_while_a_body_arrives(
    configure: MakeApp, text: bytes, kind: str, untold: bool
) -> None:
    body = Body(text)
    chunked = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""} if untold else {}
    answer = Browser(configure(add_late)).post(
        "/test-late",
        input_stream=body,
        content_length=len(text),
        content_type=kind,
        environ_overrides=chunked,
    )
    assert "slow" in answer.text
    assert body.seen
    assert not any(body.seen)


def test_the_guard_checks_the_session_after_the_body_has_arrived(
    client: Browser, user: str
) -> None:
    """Otherwise a thief could send half a form and finish it after the session has ended."""
    client.login()
    thief = Browser(client.application)
    thief.keep(client.jar())
    body = Body(b"name=Thief&language=en", then=client.logout)
    kind = "application/x-www-form-urlencoded"
    answer = thief.post("/account/", input_stream=body, content_length=22, content_type=kind)
    assert answer.status_code == 303
    assert rows(client.application, "SELECT name FROM users") == [{"name": "Ana"}]
