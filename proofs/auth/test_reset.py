"""A user resets a forgotten password by mail."""

import pytest
from flask import Flask

from my_flask_app.core.db import now

from ...support.accounts import NEW_PASSWORD, add_user, change_password, change_user, overtake
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.mail import ask_for_link
from ...support.sql import rows

START = "/auth/reset"
FINISH = "/auth/reset/finish"
FORM = {"password": NEW_PASSWORD}


def test_a_reset_signs_out_the_user_of_the_browser(app: Flask, client: Browser, user: str) -> None:
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    client.login("bob@example.com")
    client.get(ask_for_link(client, START, user))
    client.post(FINISH, data=FORM)
    assert not client.is_signed_in()
    assert client.login("bob@example.com").status_code == 303


def test_a_weak_password_is_refused_and_the_link_stays_good(client: Browser, user: str) -> None:
    client.get(ask_for_link(client, START, user))
    assert client.post(FINISH, data={"password": EMAIL}).status_code == 422
    assert client.post(FINISH, data={}).status_code == 422
    assert client.login(password=PASSWORD).status_code == 303
    client.logout()


def test_a_password_changed_while_the_links_is_hashed_stays(
    app: Flask, client: Browser, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = Browser(app)
    owner.login()
    client.get(ask_for_link(client, START, user))
    changed = overtake(monkeypatch, lambda: change_password(owner))
    late = {"password": "granite violin harbour seven"}
    assert client.post(FINISH, data=late).status_code == 410
    assert changed == [303]
    assert owner.is_signed_in()
    assert client.login(password=NEW_PASSWORD).status_code == 303


@pytest.mark.parametrize("change", [{"email": "anna@example.com"}, {"disabled_at": now()}])
def test_a_changed_account_revokes_the_reset_link(
    app: Flask, client: Browser, user: str, change: dict[str, object]
) -> None:
    client.get(ask_for_link(client, START, user))
    with app.app_context():
        change_user(user, **change)
    assert client.post(FINISH, data=FORM).status_code == 410
    known = rows(app, "SELECT kind FROM events WHERE kind = 'password_reset'")
    assert not known


def test_a_deleted_account_takes_its_links_along(app: Flask, client: Browser, user: str) -> None:
    client.get(ask_for_link(client, START, user))
    app.test_cli_runner().invoke(args=["user", "delete", user])
    assert client.get(FINISH).status_code == 410
    assert client.post(FINISH, data=FORM).status_code == 410
