"""What lies on the server, and how little the cookie says of it."""

import base64
import hashlib
import json
import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask, session
from markupsafe import Markup

from .browser import SESSION, Browser
from .conftest import MakeApp
from .inside import everything_stored, page, rows
from .letters import open_link

SIZE = "{43}"
DATA = {
    "word": "marmalade",
    "when": datetime(2030, 1, 2, 3, 4, tzinfo=UTC),
    "who": UUID(int=7),
    "raw": b"\x00\xff",
    "pair": (1, "two"),
    "markup": Markup("<b>"),
    "nested": {"list": [1, None, {" t": "a tag of Flask's own"}]},
}


def test_the_token_lies_nowhere_in_the_database(app: Flask, client: Browser, user: str) -> None:
    client.login(remember="on")
    token = client.jar()[SESSION]
    raw = base64.urlsafe_b64decode(token + "=")
    stored = everything_stored(app)

    assert len(raw) == 32
    assert hashlib.sha256(token.encode()).digest() in stored
    for spelling in (token.encode(), raw, raw.hex().encode()):
        assert spelling not in stored


def test_the_handle_in_the_table_opens_nothing(app: Flask, client: Browser, user: str) -> None:
    client.login()
    (row,) = rows(app, "SELECT handle, token_hash FROM sessions")
    encoded = base64.urlsafe_b64encode(row["token_hash"]).decode().rstrip("=")
    for text in (row["handle"], encoded, row["token_hash"].hex()):
        other = Browser(app)
        other.keep({SESSION: text})
        assert not other.is_signed_in()


def test_nothing_depends_on_the_secret_key(configure: MakeApp, client: Browser, user: str) -> None:
    client.login()
    other = Browser(configure(secret_key="quite another key: zyxwvutsrq 9876543210"))
    other.keep(client.jar())
    assert other.is_signed_in()


def test_data_of_every_kind_stays_on_the_server(make_app: MakeApp) -> None:
    app = make_app()
    read: dict[str, object] = {}

    @page(app, public=True)
    def keep() -> str:
        session.update(DATA)
        return ""

    @page(app, public=True)
    def look() -> str:
        read.update(session)
        return ""

    client = Browser(app)
    response = client.get("/keep")
    client.get("/look")

    assert read == DATA
    assert all(type(read[name]) is type(value) for name, value in DATA.items())
    assert re.fullmatch(rf"{SESSION}=[\w-]{SIZE}; .*", response.headers["Set-Cookie"])
    (row,) = rows(app, "SELECT data FROM sessions")
    assert json.loads(row["data"])["word"] == "marmalade"


def test_what_json_cannot_say_is_not_pickled(make_app: MakeApp) -> None:
    app = make_app()

    @page(app, public=True)
    def keep() -> str:
        session["thing"] = object()
        return ""

    with pytest.raises(TypeError, match="not JSON serializable"):
        Browser(app).get("/keep")
    assert rows(app, "SELECT * FROM sessions") == []


def test_no_row_and_no_cookie_until_there_is_something_to_keep(
    app: Flask, client: Browser, user: str
) -> None:
    for path in ("/", "/auth/login", "/account/", "/nowhere", "/static/style.css"):
        with client.get(path) as response:
            assert "Set-Cookie" not in response.headers
    client.login(password="not the password at all")
    client.logout()
    assert rows(app, "SELECT * FROM sessions") == []
    assert client.jar() == {}

    client.post("/language", data={"language": "pt_BR"})
    assert rows(app, "SELECT * FROM sessions") == []
    assert SESSION not in client.jar()

    open_link(client)
    assert len(rows(app, "SELECT * FROM sessions")) == 1
