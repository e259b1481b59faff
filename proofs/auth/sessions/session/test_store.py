"""The session's data is on the server; the cookie holds only a token."""

import json
import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import session
from markupsafe import Markup

from .....conftest import MakeApp
from .....support.http import SESSION, Browser, page
from .....support.sql import rows

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
    response = client.get("/test-keep")
    client.get("/test-look")

    assert read == DATA
    assert all(type(read[name]) is type(value) for name, value in DATA.items())
    assert re.fullmatch(rf"{SESSION}=[\w-]{SIZE}; .*", response.headers["Set-Cookie"])
    (row,) = rows(app, "SELECT data FROM sessions")
    assert json.loads(row["data"])["word"] == "marmalade"


def test_a_value_that_json_cannot_hold_is_not_pickled(make_app: MakeApp) -> None:
    app = make_app()

    @page(app, public=True)
    def keep() -> str:
        session["thing"] = object()
        return ""

    with pytest.raises(TypeError, match="not JSON serializable"):
        Browser(app).get("/test-keep")
    assert rows(app, "SELECT * FROM sessions") == []
