"""A login from a new kind of browser is mailed to the user."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from ...auth.test_notices import log_in
from ...support.accounts import add_user, change_user
from ...support.html import needs_portuguese
from ...support.http import APP_NAME, EMAIL, PASSWORD, Browser
from ...support.mail import ask_for_link, letters, link_in
from ...support.sql import rows
from ..support.html import untranslated

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0"
HERE = FIREFOX.format(127)


@pytest.mark.parametrize("again", [HERE, FIREFOX.format(128)])
def test_a_new_version_of_a_known_browser_sends_no_notice(
    app: Flask, user: str, again: str
) -> None:
    log_in(app, HERE)
    assert log_in(app, again) == []
    assert len(log_in(app, WINDOWS)) == 1
    assert log_in(app, WINDOWS) == []


def test_the_first_login_of_all_is_no_news(app: Flask, client: Browser) -> None:
    client.get(ask_for_link(client, "/auth/register", EMAIL))
    form = {"name": "Ana", "password": PASSWORD}
    assert client.post("/auth/register/finish", data=form).status_code == 303
    assert letters(app) == []
    assert len(log_in(app, HERE)) == 1


@pytest.mark.parametrize("purged", [True, False])
def test_after_a_long_absence_every_browser_is_new(
    app: Flask, user: str, clock: TimeMachineFixture, purged: bool
) -> None:
    log_in(app, HERE)
    clock.shift(timedelta(days=91))
    if purged:
        app.test_cli_runner().invoke(args=["purge"])
    assert len(log_in(app, HERE)) == 1


def test_browsers_are_known_for_each_account(app: Flask, user: str) -> None:
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    log_in(app, HERE)
    log_in(app, WINDOWS, "bob@example.com")
    assert len(log_in(app, WINDOWS)) == 1


def test_a_login_that_fails_is_no_sign_in(app: Flask, client: Browser, user: str) -> None:
    log_in(app, HERE)
    client.environ_base["HTTP_USER_AGENT"] = WINDOWS
    client.login(password="not the password at all")
    assert letters(app) == []
    assert len(log_in(app, WINDOWS)) == 1


@needs_portuguese
def test_the_notice_of_a_new_browser_is_in_the_users_language(app: Flask, user: str) -> None:
    with app.app_context():
        change_user(user, language="pt_BR")
    log_in(app, HERE)
    (letter,) = log_in(app, WINDOWS)
    text = letter.get_content()
    assert "Firefox no Windows" in text
    words = [letter["Subject"], text.replace("127.0.0.1", "")]
    days = [line for line in untranslated("\n".join(words)) if not line.endswith("UTC")]
    assert not days


@pytest.mark.parametrize(
    "forged",
    [
        "x" * 10_000,
        "Firefox/127.0 " * 700,
        "curl/8\x00\x1b[31m\x7f",
        "curl/8\x85Bcc: eve@evil.example",
        "curl/8 https://evil.example/ <b>now</b> %(time)s",
        "",
    ],
)
def test_a_forged_name_does_no_harm(app: Flask, user: str, forged: str) -> None:
    log_in(app, HERE)
    (letter,) = log_in(app, forged)
    # The name of the app can be long too, and every letter is encoded.
    raw = bytes(letter).decode()
    assert len(raw) < 2_500 + 20 * len(APP_NAME)
    assert "evil" not in raw
    assert link_in(letter) == "/account/password"
    # There is a narrow space before AM and PM.
    assert letter.get_content().replace("\n", "").replace("\u202f", "").isprintable()
    (kept,) = rows(app, "SELECT client FROM events ORDER BY id DESC LIMIT 1")
    assert len(kept["client"]) <= 200
    assert kept["client"].isprintable()
