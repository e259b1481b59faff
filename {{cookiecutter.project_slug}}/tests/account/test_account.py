"""A user changes their name, language and password."""

import pytest
from flask import Flask

from ..support.accounts import NEW_PASSWORD, add_user, change_password, copy_of
from ..support.html import language_of
from ..support.http import EMAIL, PASSWORD, Browser, set_cookies
from ..support.sql import rows

PATH = "/account/"

PASSWORD_PAGE = "/account/password"
WRONG = "not the password at all"


def saved(app: Flask, email: str = EMAIL) -> tuple[object, object]:
    query = "SELECT name, language FROM users WHERE email = :email"
    (row,) = rows(app, query, email=email)
    return row["name"], row["language"]


def test_the_profile_page_shows_name_and_address(ana: Browser) -> None:
    page = ana.get(PATH).text
    assert EMAIL in page
    assert 'value="Ana"' in page


def test_a_user_saves_name_and_language(app: Flask, ana: Browser) -> None:
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    form = {"name": "  Anna Maria ", "language": "pt_BR"}
    answer = ana.post(PATH, data=form)
    assert (answer.status_code, answer.location) == (303, PATH)
    assert saved(app) == ("Anna Maria", "pt_BR")
    assert saved(app, "bob@example.com") == ("Bob", "en")
    assert language_of(ana.get(PATH)) == "pt_BR"


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
    app: Flask, ana: Browser, form: dict[str, str]
) -> None:
    answer = ana.post(PATH, data=form)
    assert answer.status_code == 422
    assert "-error" in answer.text
    assert saved(app) == ("Ana", "en")


def test_fields_that_the_form_lacks_are_ignored(app: Flask, ana: Browser) -> None:
    form = {"name": "Ana", "language": "en", "email": "eve@example.com", "id": "1"}
    form |= {"password_hash": "x", "session_epoch": "9", "disabled_at": ""}
    before = rows(app, "SELECT * FROM users")
    assert ana.post(PATH, data=form).status_code == 303
    assert rows(app, "SELECT * FROM users") == before


def kinds(app: Flask) -> list[object]:
    return [row["kind"] for row in rows(app, "SELECT kind FROM events ORDER BY id")]


def test_a_changed_password_replaces_the_old_one(client: Browser, user: str) -> None:
    client.login()
    assert client.get(PASSWORD_PAGE).status_code == 200
    assert change_password(client) == 303
    assert "Your password was changed." in client.get("/account/").text
    client.logout()
    assert client.login(password=PASSWORD).status_code == 422
    assert client.login(password=NEW_PASSWORD).status_code == 303
    assert "password_changed" in kinds(client.application)


@pytest.mark.parametrize("login", [{}, {"remember": "y"}])
def test_a_password_change_ends_other_sessions_and_rotates_this_one(
    app: Flask, client: Browser, user: str, login: dict[str, str]
) -> None:
    elsewhere = Browser(app)
    elsewhere.login(remember="y")
    client.login(**login)
    stolen = copy_of(client)
    form = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    ages = [
        cookie.attributes.get("max-age")
        for cookie in set_cookies(client.post(PASSWORD_PAGE, data=form))
        if not cookie.deletes
    ]
    assert client.is_signed_in()
    assert not stolen.is_signed_in()
    assert not elsewhere.is_signed_in()
    # A remembered session stays remembered; another one does not become so.
    assert any(ages) == bool(login)


@pytest.mark.parametrize("current", ["", WRONG, PASSWORD.upper(), f"{PASSWORD} "])
def test_a_password_change_requires_the_current_password(
    app: Flask, client: Browser, user: str, current: str
) -> None:
    client.login()
    form = {"current_password": current, "password": NEW_PASSWORD}
    refused = client.post(PASSWORD_PAGE, data=form)
    assert refused.status_code == 422
    assert 'id="current_password-error"' in refused.text
    assert current not in refused.text or not current
    assert client.is_signed_in()
    assert Browser(app).login(password=PASSWORD).status_code == 303


def test_a_weak_password_changes_nothing(client: Browser, user: str) -> None:
    client.login()
    form = {"current_password": PASSWORD, "password": "aaaaaaaaaaaaaaa"}
    refused = client.post(PASSWORD_PAGE, data=form)
    assert refused.status_code == 422
    assert 'id="password-error"' in refused.text
    assert client.login(password=PASSWORD).status_code == 303


def test_password_managers_are_redirected_to_the_password_page(client: Browser, user: str) -> None:
    for sign_in in (False, True):
        if sign_in:
            client.login()
        led = client.get("/.well-known/change-password")
        assert (led.status_code, led.location) == (303, "/account/password")
    # Password managers request this path to check that the site does not answer 200 to everything.
    missing = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"
    assert client.get(missing).status_code == 404, (
        "answer 404 to addresses that do not exist, also in a view of yours that takes every address: "
        "otherwise password managers do not trust the redirect."
    )
