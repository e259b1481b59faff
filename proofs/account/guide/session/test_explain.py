"""The cookie itself says nothing; the page explains the row that it finds."""

import hashlib
import re

from flask import Flask
from time_machine import TimeMachineFixture

from .....account.guide.test_pages import explained
from .....support.http import SESSION, Browser
from .....support.mail import open_link
from .....support.sql import rows


def fact(said: str, name: str) -> str:
    (found,) = re.findall(rf"^  {name} +(\S.*)$", said, re.MULTILINE)
    return str(found)


def test_the_guide_is_right_about_what_the_cookie_is(client: Browser, user: str) -> None:
    client.login()
    assert re.fullmatch(r"[\w-]{43}", client.jar()[SESSION])


def test_the_token_and_its_hash_are_shown_by_their_beginnings_alone(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    token = client.jar()[SESSION]
    said = explained(app, token)
    digest = hashlib.sha256(token.encode()).hexdigest()
    assert fact(said, "token") == f"{token[:4]}…"
    assert fact(said, "token_hash") == f"{digest[:4]}…"
    assert token[4:] not in said
    assert digest[4:] not in said


def test_the_row_is_explained_as_it_is(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    client.login(remember="y")
    said = explained(app, client.jar()[SESSION])
    (row,) = rows(app, "SELECT handle, epoch, data FROM sessions")
    assert {name: fact(said, name) for name in row} == {k: str(v) for k, v in row.items()}
    assert fact(said, "remembered") == "True"
    assert fact(said, "max_age") == "2592000"


def test_a_visitors_session_has_data_and_no_user(app: Flask, client: Browser) -> None:
    open_link(client)
    said = explained(app, client.jar()[SESSION])
    assert "The server accepts it." in said
    assert "link" in fact(said, "data")
    assert "session_epoch" not in said


def test_a_token_without_a_row_tells_nothing_more(app: Flask, client: Browser, user: str) -> None:
    client.login()
    token = client.jar()[SESSION]
    client.logout()
    said = explained(app, token)
    assert fact(said, "token") == f"{token[:4]}…"
    assert "handle" not in said
    assert "idle_end" not in said
