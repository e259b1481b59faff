"""Change the password of a signed-in account."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from time_machine import TimeMachineFixture

from my_flask_app.account import views
from my_flask_app.auth import sessions
from my_flask_app.core.db import db, now
from my_flask_app.core.environ import Rate
from my_flask_app.models import User

from ...conftest import MakeApp
from ...support.accounts import NEW_PASSWORD, change_password, change_user, copy_of, overtake
from ...support.http import PASSWORD, Browser, set_cookies
from ...support.sql import rows

PATH = "/account/password"
WRONG = "not the password at all"


def kinds(app: Flask) -> list[object]:
    return [row["kind"] for row in rows(app, "SELECT kind FROM events ORDER BY id")]


def test_guessing_the_current_password_is_counted_apart_from_the_logins(
    configure: MakeApp, user: str
) -> None:
    app = configure(login_attempts_per_account=Rate(3, 900))
    client = Browser(app)
    client.login()
    form = {"current_password": WRONG, "password": NEW_PASSWORD}
    statuses = [client.post(PATH, data=form).status_code for _ in range(4)]
    assert statuses == [422, 422, 422, 429]
    assert client.post("/auth/confirm", data={"password": PASSWORD}).status_code == 429
    assert Browser(app).login().status_code == 303
    assert kinds(app).count("confirm_failed") == 3


def test_a_password_never_grows_too_old(
    clock: TimeMachineFixture, client: Browser, user: str
) -> None:
    """Users who must change it each year write it down, or only increase a number."""
    clock.shift(timedelta(days=1000))
    assert client.login().location == "/"
    assert client.get("/account/").status_code == 200


def test_of_two_concurrent_password_changes_the_first_wins(
    client: Browser, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.login()
    stolen = copy_of(client)
    form = {"current_password": PASSWORD, "password": "granite violin harbour seven"}
    overtaken = overtake(monkeypatch, lambda: change_password(client))
    assert stolen.post(PATH, data=form).status_code == 422
    assert overtaken == [303]
    assert not stolen.is_signed_in()
    assert client.is_signed_in()
    assert client.login(password=NEW_PASSWORD).status_code == 303


def test_an_account_disabled_meanwhile_gets_no_new_password(
    app: Flask, client: Browser, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disable() -> None:
        with app.app_context():
            change_user(user, disabled_at=now())

    client.login()
    overtake(monkeypatch, disable)
    assert change_password(client) == 422
    with app.app_context():
        change_user(user, disabled_at=None)
    assert client.login(password=PASSWORD).status_code == 303


def test_password_and_sessions_change_together_or_not_at_all(
    app: Flask, client: Browser, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Browser(app)
    elsewhere.login()
    client.login()

    def end_and_lose_the_database(owner: User, *, keep_current: bool) -> None:
        sessions.end_sessions(owner, keep_current=keep_current)
        event.listen(db.session, "before_commit", fail, once=True)

    def fail(session: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("the disk is full"))

    monkeypatch.setattr(views, "end_sessions", end_and_lose_the_database)
    form = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    answer = client.post(PATH, data=form)
    assert answer.status_code == 503
    assert not set_cookies(answer)
    assert client.is_signed_in()
    assert elsewhere.is_signed_in()
    assert Browser(app).login(password=PASSWORD).status_code == 303
    assert Browser(app).login(password=NEW_PASSWORD).status_code == 422
