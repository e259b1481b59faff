"""Change the password of a signed-in account."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.account import views
from {{ cookiecutter.project_slug }}.auth import sessions
from {{ cookiecutter.project_slug }}.core.db import db, now
from {{ cookiecutter.project_slug }}.core.environ import Rate
from {{ cookiecutter.project_slug }}.models import User

from .acting import NEW_PASSWORD, change_password, copy_of
from .browser import PASSWORD, Browser
from .conftest import MakeApp
from .hashing import overtake
from .inside import rows
from .people import change_user
from .set_cookies import set_cookies

PATH = "/account/password"
WRONG = "not the password at all"


def kinds(app: Flask) -> list[object]:
    return [row["kind"] for row in rows(app, "SELECT kind FROM events ORDER BY id")]


def test_a_changed_password_replaces_the_old_one(client: Browser, user: str) -> None:
    client.login()
    assert client.get(PATH).status_code == 200
    assert change_password(client) == 303
    assert "Your password is changed." in client.get("/account/").text
    client.logout()
    assert client.login(password=PASSWORD).status_code == 422
    assert client.login(password=NEW_PASSWORD).status_code == 303
    assert "password_changed" in kinds(client.application)


@pytest.mark.parametrize("login", [{}, {"remember": "y"}])
def test_it_ends_the_other_sessions_and_gives_this_one_a_new_token(
    app: Flask, client: Browser, user: str, login: dict[str, str]
) -> None:
    elsewhere = Browser(app)
    elsewhere.login(remember="y")
    client.login(**login)
    stolen = copy_of(client)
    form = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    ages = [
        cookie.attributes.get("max-age")
        for cookie in set_cookies(client.post(PATH, data=form))
        if not cookie.deletes
    ]
    assert client.is_signed_in()
    assert not stolen.is_signed_in()
    assert not elsewhere.is_signed_in()
    # Remembered stays remembered, and no other session becomes so.
    assert any(ages) == bool(login)


@pytest.mark.parametrize("current", ["", WRONG, PASSWORD.upper(), f"{PASSWORD} "])
def test_the_current_password_is_asked_for(
    app: Flask, client: Browser, user: str, current: str
) -> None:
    client.login()
    form = {"current_password": current, "password": NEW_PASSWORD}
    refused = client.post(PATH, data=form)
    assert refused.status_code == 422
    assert 'id="current_password-error"' in refused.text
    assert current not in refused.text or not current
    assert client.is_signed_in()
    assert Browser(app).login(password=PASSWORD).status_code == 303


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
    """Who must invent a new one each year writes it down, or counts on from the last."""
    clock.shift(timedelta(days=1000))
    assert client.login().location == "/"
    assert client.get("/account/").status_code == 200


def test_a_weak_password_changes_nothing(client: Browser, user: str) -> None:
    client.login()
    form = {"current_password": PASSWORD, "password": "aaaaaaaaaaaaaaa"}
    refused = client.post(PATH, data=form)
    assert refused.status_code == 422
    assert 'id="password-error"' in refused.text
    assert client.login(password=PASSWORD).status_code == 303


def test_of_two_changes_at_once_the_first_counts(
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


def test_password_managers_are_led_to_the_page(client: Browser, user: str) -> None:
    for sign_in in (False, True):
        if sign_in:
            client.login()
        led = client.get("/.well-known/change-password")
        assert (led.status_code, led.location) == (303, "/account/password")
    # They ask for this one to see whether a site answers 200 to everything.
    missing = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"
    assert client.get(missing).status_code == 404
