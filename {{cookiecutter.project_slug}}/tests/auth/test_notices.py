"""Security events are recorded, and the user is told of them by mail, in their own language."""

import logging
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.core import mail
from {{ cookiecutter.project_slug }}.core.db import now
from {{ cookiecutter.project_slug }}.core.i18n import language

from ..support.accounts import NEW_PASSWORD, change_password
from ..support.http import APP_NAME, EMAIL, PASSWORD, Browser
from ..support.mail import ask_for_link, letters, link_in
from ..support.sql import rows

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0"
HERE = FIREFOX.format(127)

START = "/auth/reset"
FINISH = "/auth/reset/finish"
SENT = (1, 0)

WRONG = "not the password at all"
BOB = "bob@example.com"
CLIENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


def log_in(app: Flask, client: str, email: str = EMAIL) -> list[EmailMessage]:
    """Log in with a browser of this name, and return the mails that follow."""
    browser = Browser(app)
    browser.environ_base["HTTP_USER_AGENT"] = client
    assert browser.login(email).status_code == 303
    return letters(app)


def test_a_login_from_a_new_browser_is_mailed_with_place_and_time(
    app: Flask, user: str, clock: TimeMachineFixture
) -> None:
    assert log_in(app, HERE) == []
    (letter,) = log_in(app, WINDOWS)
    assert letter["To"] == user
    assert APP_NAME in letter["Subject"]
    text = letter.get_content()
    for said in ("Firefox on Windows", "127.0.0.1", f"{now():%Y}", "UTC"):
        assert said in text
    assert link_in(letter) == "/account/password"


def told(app: Flask, email: str) -> EmailMessage:
    """Return the one waiting mail: a notice with a link for a new password."""
    (letter,) = letters(app)
    assert letter["To"] == email
    assert link_in(letter) == START
    for password in (PASSWORD, NEW_PASSWORD):
        assert password not in bytes(letter).decode()
    return letter


def test_a_password_change_is_mailed_to_the_user(app: Flask, client: Browser, user: str) -> None:
    client.login()
    assert change_password(client) == 303
    letter = told(app, user)
    assert letter["Subject"].endswith("was changed")
    assert "UTC" in letter.get_content()


def test_a_password_reset_is_mailed_to_the_user(app: Flask, client: Browser, user: str) -> None:
    client.get(ask_for_link(client, START, user))
    assert client.post(FINISH, data={"password": NEW_PASSWORD}).status_code == 303
    assert told(app, user)["Subject"].endswith("was changed")


def deliver(app: Flask) -> tuple[int, int]:
    with app.app_context():
        return mail.deliver()


@pytest.mark.parametrize(
    ("path", "email", "languages"),
    [
        ("/auth/register", "bob@example.com", ["pt_BR", "en"]),
        ("/auth/register", EMAIL, ["en", "en"]),
        ("/auth/reset", EMAIL, ["en", "en"]),
    ],
)
def test_a_mail_is_in_the_users_language_or_else_in_the_requesters(
    app: Flask,
    user: str,
    monkeypatch: pytest.MonkeyPatch,
    clock: TimeMachineFixture,
    path: str,
    email: str,
    languages: list[str],
) -> None:
    spoken: list[str] = []
    monkeypatch.setattr(mail, "post", lambda message: spoken.append(language()))
    asker = Browser(app)
    asker.environ_base["HTTP_ACCEPT_LANGUAGE"] = "pt-BR"
    asker.post(path, data={"email": email})
    assert deliver(app) == SENT
    clock.shift(60)
    Browser(app).post(path, data={"email": email})
    assert deliver(app) == SENT
    assert spoken == languages


@pytest.fixture
def firefox(app: Flask, client: Browser, caplog: pytest.LogCaptureFixture) -> Browser:
    caplog.set_level(logging.INFO, app.logger.name)
    client.environ_base["HTTP_USER_AGENT"] = CLIENT
    return client


def kinds(app: Flask) -> list[str]:
    return [row["kind"] for row in rows(app, "SELECT kind FROM events ORDER BY id")]


def register(client: Browser) -> str:
    link = ask_for_link(client, "/auth/register", BOB)
    client.get(link)
    client.post("/auth/register/finish", data={"name": "Bob", "password": PASSWORD})
    return link


def reset(client: Browser) -> str:
    link = ask_for_link(client, "/auth/reset", EMAIL)
    client.get(link)
    client.post("/auth/reset/finish", data={"password": NEW_PASSWORD})
    return link


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        ("login", lambda client: client.login()),
        ("login_failed", lambda client: client.login(password=WRONG)),
        ("login_failed", lambda client: client.login("nobody@example.com")),
        ("logout", lambda client: client.logout()),
        ("confirmed", lambda client: client.post("/auth/confirm", data={"password": PASSWORD})),
        ("confirm_failed", lambda client: client.post("/auth/confirm", data={"password": WRONG})),
        ("password_changed", change_password),
        ("registered", register),
        ("password_reset", reset),
    ],
)
def test_every_authentication_attempt_is_recorded(
    app: Flask,
    firefox: Browser,
    user: str,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    act: Callable[[Browser], object],
) -> None:
    firefox.login()
    before = len(kinds(app))
    caplog.clear()
    act(firefox)
    assert kind in kinds(app)[before:]
    assert f"{kind} user=" in caplog.text
