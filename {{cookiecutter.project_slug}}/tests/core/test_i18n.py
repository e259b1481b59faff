"""Every page and every mail is in the user's language."""

import pytest
from flask import Flask

from ..support.html import asking, language_of, needs_portuguese
from ..support.http import LANGUAGE, Browser, set_cookies
from ..support.sql import everything_stored

pytestmark = needs_portuguese
DECLARES = "let the lang of <html> in templates/base.html follow `language`, as it did at first"


@pytest.fixture
def reader(app: Flask) -> Browser:
    return asking(app, "pt-BR,pt;q=0.9,en;q=0.8")


def test_a_visitor_chooses_a_language_and_returns_to_the_same_page(client: Browser) -> None:
    done = client.post("/language", data={"language": "pt_BR", "next": "/auth/login"})
    assert (done.status_code, done.location) == (303, "/auth/login")
    assert language_of(client.get("/auth/login")) == "pt_BR", DECLARES
    client.post("/language", data={"language": "en"})
    assert language_of(client.get("/auth/login")) == "en"


def test_a_visitors_language_is_a_cookie_for_a_year_and_no_row(app: Flask, client: Browser) -> None:
    stored = everything_stored(app)
    done = client.post("/language", data={"language": "pt_BR"})
    (cookie,) = set_cookies(done)
    assert (cookie.name, cookie.value) == (LANGUAGE, "pt_BR")
    assert cookie.attributes["max-age"] == str(365 * 24 * 60 * 60)
    # With one row for each request, any visitor could fill the disk.
    assert everything_stored(app) == stored


@pytest.mark.parametrize("query", ["lang=pt_BR", "language=pt_BR", "lang=pt-BR"])
def test_a_link_cannot_change_the_language(client: Browser, query: str) -> None:
    assert language_of(client.get(f"/auth/login?{query}")) == "en"
    assert language_of(client.get("/auth/login")) == "en"
    assert not client.jar()


@pytest.mark.parametrize("wanted", ["", "qaa", "pt", "../pt_BR", "pt_BR\0"])
def test_an_unknown_language_is_refused(reader: Browser, wanted: str) -> None:
    refused = reader.post("/language", data={"language": wanted})
    assert refused.status_code == 400
    assert language_of(refused) == "pt_BR", DECLARES
    assert not reader.jar()
