"""What a view leaves undone is undone, and no lock is held while others wait."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth import passwords
from {{ cookiecutter.project_slug }}.core.db import db

from ..conftest import MakeApp
from ..support.accounts import NEW_PASSWORD, change_password, watch_hashing
from ..support.http import EMAIL, PASSWORD, Browser, set_cookies
from ..support.mail import ask_for_link
from ..support.sql import broken_database, connections, meanwhile, run_sql, selects, statements


def test_a_page_costs_one_select_for_a_user_and_none_for_others(
    app: Flask, client: Browser, user: str
) -> None:
    def cost(path: str) -> int:
        with statements(app) as run:
            client.get(path)
        return len(selects(run))

    assert [cost("/"), cost("/nowhere"), cost("/account/")] == [0, 0, 0]
    client.login()
    assert [cost("/"), cost("/nowhere"), cost("/account/")] == [1, 1, 1]
    assert [cost("/static/style.css"), cost("/static/none")] == [0, 0]


@pytest.mark.parametrize("path", ["/healthz", "/account/"])
def test_a_request_holds_one_connection_at_a_time(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture, path: str
) -> None:
    # Were it two, as many requests as there are would wait for one another.
    with connections(app) as in_use:
        client.login()
        # By now it is due to be noted that the session is in use.
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
def test_no_transaction_is_open_while_a_password_is_judged_or_hashed(
    client: Browser,
    user: str,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[Browser], int],
    chosen: bool,
) -> None:
    # There is one writer in SQLite: everybody would wait for the hash.
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


@pytest.mark.parametrize("path", ["/", "/account/", "/healthz", "/nowhere"])
def test_nobody_is_let_in_while_the_database_is_away(
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
    """Return an app that answers errors, as it does outside tests."""
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def test_an_account_that_cannot_be_added_is_told(
    answering: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    client = Browser(answering)
    client.get(ask_for_link(client, "/auth/register", "bob@example.com"))
    form = {"name": "Bob", "password": NEW_PASSWORD}
    with broken_database(answering, "INSERT INTO users", IntegrityError):
        assert client.post("/auth/register/finish", data=form).status_code == 500
    assert "Traceback" in caplog.text
    # The link has not been used up.
    assert client.post("/auth/register/finish", data=form).status_code == 303


def test_nobody_is_signed_in_to_an_account_that_was_just_deleted(
    client: Browser, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delete() -> None:
        meanwhile(lambda: run_sql(client.application, "DELETE FROM users"))

    watch_hashing(monkeypatch, delete)
    assert client.login().status_code == 303
    assert not client.jar()
