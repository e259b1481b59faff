"""Security events are recorded in a row and in a log line, without secrets."""

import logging
from collections.abc import Callable

import pytest
from flask import Flask

from ..support.accounts import NEW_PASSWORD, change_password
from ..support.http import EMAIL, PASSWORD, Browser
from ..support.mail import ask_for_link
from ..support.sql import rows

WRONG = "not the password at all"
BOB = "bob@example.com"
CLIENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


@pytest.fixture
def client(app: Flask, client: Browser, caplog: pytest.LogCaptureFixture) -> Browser:
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
    client: Browser,
    user: str,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    act: Callable[[Browser], object],
) -> None:
    client.login()
    before = len(kinds(app))
    caplog.clear()
    act(client)
    assert kind in kinds(app)[before:]
    assert f"{kind} user=" in caplog.text
