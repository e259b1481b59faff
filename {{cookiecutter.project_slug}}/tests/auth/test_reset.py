"""A user resets a forgotten password by mail."""

from flask import Flask

from {{ cookiecutter.project_slug }}.core.db import now
from {{ cookiecutter.project_slug }}.core.environ import MailServer, Rate

from ..conftest import MakeApp
from ..support.accounts import NEW_PASSWORD, add_user, change_password, change_user
from ..support.http import EMAIL, PASSWORD, Browser
from ..support.mail import ask_for_link, letters
from ..support.sql import rows

START = "/auth/reset"
FINISH = "/auth/reset/finish"
FORM = {"password": NEW_PASSWORD}


def test_a_reset_ends_at_the_login_page_and_signs_nobody_in(client: Browser, user: str) -> None:
    assert client.get(START).status_code == 200
    opened = client.get(ask_for_link(client, START, user))
    assert (opened.status_code, opened.location) == (303, FINISH)
    assert user in client.get(FINISH).text
    done = client.post(FINISH, data=FORM)
    assert (done.status_code, done.location) == (303, "/auth/login")
    assert "Your password was changed." in client.get("/auth/login").text
    assert not client.is_signed_in()
    assert client.login(password=PASSWORD).status_code == 422
    assert client.login(password=NEW_PASSWORD).status_code == 303
    events = rows(client.application, "SELECT kind FROM events")
    assert {"kind": "password_reset"} in events


def test_a_reset_ends_every_session_of_the_account(app: Flask, client: Browser, user: str) -> None:
    elsewhere = Browser(app)
    elsewhere.login(remember="y")
    client.login()
    client.get(ask_for_link(client, START, user))
    client.post(FINISH, data=FORM)
    assert not client.is_signed_in()
    assert not elsewhere.is_signed_in()


def test_a_reset_lets_a_throttled_account_in_again(configure: MakeApp, user: str) -> None:
    client = Browser(configure(login_attempts_per_account=Rate(2, 900)))
    for _ in range(3):
        client.login(password="not the password at all")
    assert client.login().status_code == 429
    client.get(ask_for_link(client, START, user))
    client.post(FINISH, data=FORM)
    assert client.login(password=NEW_PASSWORD).status_code == 303


def test_unknown_and_disabled_accounts_get_no_reset_mail(app: Flask, client: Browser) -> None:
    with app.app_context():
        add_user("off@example.com")
        change_user("off@example.com", disabled_at=now())
    for email in ("nobody@example.com", "off@example.com"):
        assert client.post(START, data={"email": email}).status_code == 200
    assert not letters(app)
    assert not rows(app, "SELECT id FROM outbox")


def test_a_password_change_revokes_the_reset_link(app: Flask, client: Browser, user: str) -> None:
    link = ask_for_link(client, START, user)
    opened = Browser(app)
    opened.get(link)
    client.login()
    assert change_password(client) == 303
    assert client.get(link).status_code == 410
    assert opened.post(FINISH, data=FORM).status_code == 410
    assert client.is_signed_in()


def test_without_mail_there_is_no_reset(client: Browser, configure: MakeApp) -> None:
    assert START in client.get("/auth/login").text
    mute = Browser(configure(mail_server=MailServer("none")))
    assert START not in mute.get("/auth/login").text
    for path in (START, f"{START}/x", FINISH):
        answer = mute.get(path)
        assert answer.status_code == 403
        assert "sends no mail" in answer.text
    assert mute.post(START, data={"email": EMAIL}).status_code == 403
