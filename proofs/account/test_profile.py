"""A user changes their name and language."""

import pytest
from flask import Flask

from ...conftest import MakeApp
from ...support.http import EMAIL, Browser
from ...support.sql import rows


@pytest.fixture
def client(client: Browser, user: str) -> Browser:
    client.login()
    return client


def saved(app: Flask, email: str = EMAIL) -> tuple[object, object]:
    query = "SELECT name, language FROM users WHERE email = :email"
    (row,) = rows(app, query, email=email)
    return row["name"], row["language"]


def test_an_app_with_one_language_shows_no_language_field(make_app: MakeApp, user: str) -> None:
    app = make_app(languages=("en",))
    client = Browser(app)
    client.login()
    for path in ("/", "/account/"):
        assert 'name="language"' not in client.get(path).text, path
    assert client.post("/account/", data={"name": "Anna"}).status_code == 303
    assert saved(app) == ("Anna", "en")
    refused = client.post("/account/", data={"name": "Anna", "language": "pt_BR"})
    assert refused.status_code == 422
