"""The page explains every field of a signed cookie, and adds what the server knows."""

import base64
import re
from datetime import timedelta

from flask import Flask, session
from flask.typing import ResponseReturnValue
from time_machine import TimeMachineFixture

from .....account.guide.test_pages import explained
from .....conftest import MakeApp
from .....support.forging import fields, forge
from .....support.http import AUTH, SESSION, Browser, page
from .....support.mail import open_link
from .....support.sql import rows


def fact(said: str, name: str) -> str:
    (found,) = re.findall(rf"^  {name} +(\S.*)$", said, re.MULTILINE)
    return str(found)


def test_every_field_is_explained_and_the_signature_is_masked(
    app: Flask, client: Browser, user: str
) -> None:
    client.login(remember="y")
    token = client.jar()[AUTH]
    said, (sid, public_id, epoch, *_) = explained(app, token), fields(client)
    told = {name: fact(said, name) for name in ("sid", "user", "epoch", "remembered")}
    assert told == {"sid": sid, "user": public_id, "epoch": str(epoch), "remembered": "True"}
    signature = token.rpartition(".")[2]
    assert fact(said, "signature") == f"{signature[:4]}…"
    assert signature[4:] not in said
    assert fact(said, "max_age") == "604800"


def test_the_server_adds_the_users_epoch_and_its_list(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    token = client.jar()[AUTH]
    said = explained(app, token)
    (row,) = rows(app, "SELECT session_epoch FROM users")
    assert fact(said, "session_epoch") == str(row["session_epoch"])
    assert fact(said, "ended") == "False"
    client.logout()
    assert fact(explained(app, token), "ended") == "True"


def test_a_token_of_nobody_has_nothing_on_the_server(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    sid, _, *rest = fields(client)
    said = explained(app, forge([sid, "0" * 32, *rest]))
    assert "The server refuses it." in said
    assert "session_epoch" not in said


def test_a_token_with_a_foreign_signature_is_not_explained(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    sid, *_ = fields(client)
    said = explained(app, forge(fields(client), key="quite another key: zyxwvutsrq 9876543210"))
    assert "The server refuses it." in said
    assert sid not in said


def test_the_guide_is_right_that_flasks_session_can_be_read(make_app: MakeApp) -> None:
    app = make_app()

    @page(app, public=True)
    def choose() -> ResponseReturnValue:
        session["colour"] = "green"
        return ""

    client = Browser(app)
    client.get("/test-choose")
    text = client.jar()[SESSION].partition(".")[0]
    assert text == "eyJjb2xvdXIiOiJncmVlbiJ9"
    assert base64.urlsafe_b64decode(text) == b'{"colour":"green"}'


def test_flasks_session_is_explained_with_the_token(app: Flask, client: Browser, user: str) -> None:
    client.login()
    client.post("/account/", data={"name": "Ana", "language": "en"})
    jar = client.jar()
    said = explained(app, "; ".join(f"{name}={text}" for name, text in jar.items()))
    assert said.count("The server accepts it.") == 2
    assert "Saved." in fact(said, "data")
    for text in jar.values():
        assert text.rpartition(".")[2] not in said


def test_flasks_session_is_refused_once_it_is_too_old(
    app: Flask, client: Browser, clock: TimeMachineFixture
) -> None:
    open_link(client)
    typed = f"{SESSION}={client.jar()[SESSION]}"
    # The token holds whole seconds.
    clock.shift(timedelta(hours=12, seconds=-1))
    assert "The server accepts it." in explained(app, typed)
    clock.shift(2)
    assert "The server refuses it." in explained(app, typed)
