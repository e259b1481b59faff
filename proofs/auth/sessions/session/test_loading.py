"""Loading the session of a cookie takes one statement at most."""

import pytest
from flask import Flask

from .....support.http import SESSION, Browser
from .....support.sql import broken_database, rows, statements


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", '"', "a.b.c", "%00", "\x01", "\xe9\xff", "ção", "\u2603".encode()),
        *("A" * 43, "A" * 8000, b"\xed\xa0\x80", b"\xff\xfe"),
    ],
)
def test_a_foreign_cookie_is_left_alone(
    app: Flask, client: Browser, user: str, text: str | bytes
) -> None:
    """WSGI passes bytes on as Latin-1, whatever their encoding is."""
    value = text if isinstance(text, bytes) else text.encode("latin-1")
    header = {"HTTP_COOKIE": f"{SESSION}={value.decode('latin-1')}"}
    for path, status in (("/", 200), ("/account/", 303), ("/auth/login", 200)):
        response = client.get(path, environ_overrides=header)
        assert response.status_code == status
        assert "Set-Cookie" not in response.headers
    assert rows(app, "SELECT * FROM sessions") == []


def test_opening_a_session_asks_nothing_of_the_database(
    app: Flask, client: Browser, user: str
) -> None:
    """An error raised there would bypass the error pages."""
    client.login()
    cookie = {"Cookie": f"{SESSION}={client.jar()[SESSION]}"}
    with statements(app) as seen, app.test_request_context(headers=cookie):
        assert seen == []
    with statements(app) as seen:
        client.get("/static/style.css").close()
    assert seen == []


def test_a_session_that_cannot_be_read_answers_503_and_stays(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    before = rows(app, "SELECT * FROM sessions")
    for path in ("/", "/account/"):
        with broken_database(app):
            response = client.get(path)
        assert response.status_code == 503
        assert "Set-Cookie" not in response.headers
    assert rows(app, "SELECT * FROM sessions") == before
    assert client.is_signed_in()
