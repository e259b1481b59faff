"""A visitor's session gets a new token at each change, and is deleted when it is empty."""

import pytest
from flask import Flask, request, session

from .....conftest import MakeApp
from .....support.http import SESSION, Browser, page
from .....support.sql import rows, run_sql


@pytest.fixture
def site(make_app: MakeApp) -> Flask:
    """Return an app in which visitors store, read and delete a word."""
    app = make_app()

    @page(app, public=True)
    def keep() -> str:
        session["word"] = request.args["word"]
        if "vanish" in request.args:
            run_sql(app, "DELETE FROM sessions")
        return ""

    @page(app, public=True)
    def look() -> str:
        return str(session.get("word", "nothing"))

    @page(app, public=True)
    def drop() -> str:
        session.clear()
        return ""

    return app


def test_each_change_gives_a_new_token_and_kills_the_old_one(site: Flask) -> None:
    client, thief = Browser(site), Browser(site)
    client.get("/test-keep?word=marmalade")
    thief.keep(client.jar())
    assert thief.get("/test-look").text == "marmalade"

    client.get("/test-keep?word=honey")
    assert client.jar() != thief.jar()
    assert client.get("/test-look").text == "honey"
    assert thief.get("/test-look").text == "nothing"
    assert len(rows(site, "SELECT * FROM sessions")) == 1


def test_reading_changes_nothing(site: Flask) -> None:
    client = Browser(site)
    client.get("/test-keep?word=marmalade")
    before = rows(site, "SELECT * FROM sessions")
    assert "Set-Cookie" not in client.get("/test-look").headers
    assert rows(site, "SELECT * FROM sessions") == before


def test_an_emptied_session_leaves_no_row_and_no_cookie(site: Flask) -> None:
    client = Browser(site)
    client.get("/test-keep?word=marmalade")
    response = client.get("/test-drop")
    (line,) = response.headers.getlist("Set-Cookie")
    assert line.startswith(f"{SESSION}=; ")
    assert "Max-Age=0; Secure; HttpOnly; Path=/; SameSite=Lax" in line
    assert client.jar() == {}
    assert rows(site, "SELECT * FROM sessions") == []


def test_a_row_that_vanished_meanwhile_does_not_come_back(site: Flask) -> None:
    """A parallel login deleted it, and its new cookie must not be overwritten."""
    client = Browser(site)
    client.get("/test-keep?word=marmalade")
    response = client.get("/test-keep?word=honey&vanish=1")
    assert "Set-Cookie" not in response.headers
    assert rows(site, "SELECT * FROM sessions") == []


def test_a_visitor_with_a_dead_token_can_start_a_new_session(site: Flask) -> None:
    client = Browser(site)
    client.get("/test-keep?word=marmalade")
    dead = client.jar()
    run_sql(site, "DELETE FROM sessions")
    client.get("/test-keep?word=honey")
    assert client.jar() != dead
    assert client.get("/test-look").text == "honey"
