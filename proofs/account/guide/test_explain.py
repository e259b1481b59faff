"""A page in development explains the cookies of a browser."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.core.db import now
from my_flask_app.core.i18n import show_time

from ....account.guide.test_pages import explained
from ....conftest import MakeApp
from ....support.accounts import change_password, change_user, copy_of, end_everywhere
from ....support.html import asking, language_of, needs_portuguese, words_of
from ....support.http import AUTH, EMAIL, SESSION, Browser
from ....support.sql import rows
from ...support.html import assert_in_portuguese, untranslated

LOCALHOST = "http://localhost:5000"
PAGE = "/dev/session"
Fate = Callable[[Browser, TimeMachineFixture], object]


def header(browser: Browser) -> str:
    return "; ".join(f"{name}={text}" for name, text in browser.jar().items())


def disable(client: Browser, clock: TimeMachineFixture) -> None:
    with client.application.app_context():
        change_user(EMAIL, disabled_at=now())


@pytest.fixture
def reader(configure: MakeApp) -> Browser:
    app = configure(development=True, public_url=LOCALHOST)
    return Browser(app, origin=LOCALHOST)


def test_the_page_says_whose_session_it_is_and_when_it_ends(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    client.login()
    (account,) = rows(app, "SELECT public_id FROM users")
    said = explained(app, header(client))
    assert re.search(rf"user +{account['public_id']}", said)
    for name, minutes in {"idle_end": 30, "absolute_end": 720}.items():
        with app.app_context():
            end = show_time(now() + timedelta(minutes=minutes))
        assert re.search(f"{name} +{re.escape(end)}", said)
    assert re.search("httponly +True", said)


@pytest.mark.parametrize(
    ("fate", "alive"),
    [
        (lambda client, clock: client.get("/"), True),
        (lambda client, clock: clock.shift(timedelta(minutes=30, seconds=-1)), True),
        (lambda client, clock: clock.shift(timedelta(minutes=30)), False),
        (lambda client, clock: client.logout(), False),
        (lambda client, clock: client.login(), False),
        (lambda client, clock: change_password(client), False),
        (lambda client, clock: end_everywhere(client.application), False),
        (disable, False),
    ],
)
def test_the_page_says_whether_the_server_accepts_a_cookie(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture, fate: Fate, alive: bool
) -> None:
    client.login()
    copy = copy_of(client)
    held = header(copy)
    fate(client, clock)
    said = explained(app, held)
    assert ("The server accepts it." in said) == alive
    assert ("The server refuses it." in said) != alive
    assert copy.is_signed_in() == alive


@pytest.mark.parametrize("text", ["x", "a.b.c", "...", "\x01", "é", "\\", "e30.e.e", "x" * 4000])
def test_a_malformed_token_is_refused_without_an_error(
    app: Flask, reader: Browser, text: str
) -> None:
    for typed in (text, f"{SESSION}={text}"):
        said = explained(app, typed)
        assert "The server refuses it." in said
        assert "The server accepts it." not in said
        assert said.endswith("\nOn the server")
    reader.keep({name.removeprefix("__Host-"): text for name in (AUTH, SESSION)})
    assert "The server refuses it." in reader.get(PAGE).text


@needs_portuguese
def test_the_page_is_translated(reader: Browser, user: str) -> None:
    portuguese = asking(reader.application, "pt-BR")
    portuguese.origin = LOCALHOST
    assert_in_portuguese(words_of(portuguese.get(PAGE)))
    portuguese.login(remember="y")
    portuguese.post("/account/", data={"name": "Ana", "language": "pt_BR"})
    shown = portuguese.get(PAGE)
    assert language_of(shown) == "pt_BR"
    # Names and values are the same in every language.
    code = {html.unescape(text) for text in re.findall("<code>(.*?)</code>", shown.text)}
    assert not {*untranslated(words_of(shown))} - code
