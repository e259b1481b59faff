"""A user changes their name and language."""

import pytest
from flask import Flask

from ..support.accounts import add_user
from ..support.html import language_of
from ..support.http import EMAIL, Browser
from ..support.sql import rows

PATH = "/account/"


@pytest.fixture
def client(client: Browser, user: str) -> Browser:
    client.login()
    return client


def saved(app: Flask, email: str = EMAIL) -> tuple[object, object]:
    query = "SELECT name, language FROM users WHERE email = :email"
    (row,) = rows(app, query, email=email)
    return row["name"], row["language"]


def test_the_profile_page_shows_name_and_address(client: Browser) -> None:
    page = client.get(PATH).text
    assert EMAIL in page
    assert 'value="Ana"' in page


def test_a_user_saves_name_and_language(app: Flask, client: Browser) -> None:
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    form = {"name": "  Anna Maria ", "language": "pt_BR"}
    answer = client.post(PATH, data=form)
    assert (answer.status_code, answer.location) == (303, PATH)
    assert saved(app) == ("Anna Maria", "pt_BR")
    assert saved(app, "bob@example.com") == ("Bob", "en")
    assert language_of(client.get(PATH)) == "pt_BR"


@pytest.mark.parametrize(
    "form",
    [
        {"name": "", "language": "en"},
        {"name": "   ", "language": "en"},
        {"name": "x" * 101, "language": "en"},
        {"name": "Ana\x00", "language": "en"},
        {"name": "Ana", "language": "tlh"},
        {"name": "Ana", "language": ""},
    ],
)
def test_an_invalid_profile_is_refused_with_an_error(
    app: Flask, client: Browser, form: dict[str, str]
) -> None:
    answer = client.post(PATH, data=form)
    assert answer.status_code == 422
    assert "-error" in answer.text
    assert saved(app) == ("Ana", "en")


def test_fields_that_the_form_lacks_are_ignored(app: Flask, client: Browser) -> None:
    form = {"name": "Ana", "language": "en", "email": "eve@example.com", "id": "1"}
    form |= {"password_hash": "x", "session_epoch": "9", "disabled_at": ""}
    before = rows(app, "SELECT * FROM users")
    assert client.post(PATH, data=form).status_code == 303
    assert rows(app, "SELECT * FROM users") == before
