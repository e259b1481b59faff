"""A user deletes their account, with the password, at once and completely."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from ...conftest import MakeApp
from ...support.accounts import (
    add_user,
    change_password,
    copy_of,
    leave_traces,
    overtake,
    what_is_personal,
)
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.parts import RIGHT, add_word
from ...support.sql import everything_stored, rows

PATH = "/account/delete"
FORM = {"password": PASSWORD}
WRONG = "not the password at all"


@pytest.fixture
def ana(client: Browser, user: str) -> Browser:
    """Return a browser in which Ana is signed in."""
    client.login()
    return client


def accounts_left(app: Flask) -> list[str]:
    return [row["email"] for row in rows(app, "SELECT email FROM users")]


def test_a_user_deletes_their_account_and_is_signed_out(app: Flask, ana: Browser) -> None:
    assert PATH in ana.get("/account/").text
    assert 'autocomplete="current-password"' in ana.get(PATH).text
    done = ana.post(PATH, data=FORM)
    assert (done.status_code, done.location) == (303, "/")
    assert done.headers["Clear-Site-Data"] == '"storage"'
    assert "Your account was deleted." in ana.get("/auth/login").text
    assert not ana.is_signed_in()
    assert accounts_left(app) == []
    assert ana.login().status_code == 422


@pytest.mark.parametrize("password", ["", WRONG, PASSWORD.upper(), f"{PASSWORD} ", "x" * 257])
def test_deleting_an_account_requires_the_password(app: Flask, ana: Browser, password: str) -> None:
    refused = ana.post(PATH, data={"password": password})
    assert refused.status_code == 422
    assert 'id="password-error"' in refused.text
    assert accounts_left(app) == [EMAIL]
    assert ana.is_signed_in()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_deleting_an_account_requires_a_recent_second_factor(
    make_app: MakeApp, user: str, clock: TimeMachineFixture, method: str
) -> None:
    ana = Browser(add_word(make_app()))
    ana.login()
    clock.shift(600)
    assert ana.open(PATH, method=method, data=FORM).location.startswith("/auth/confirm")
    assert accounts_left(ana.application) == [EMAIL]
    assert ana.post("/auth/confirm", data=RIGHT).status_code == 303
    assert ana.post(PATH, data=FORM).location == "/"
    assert accounts_left(ana.application) == []


def test_deleting_an_account_ends_its_sessions_and_no_others(app: Flask, ana: Browser) -> None:
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    bob, elsewhere = Browser(app), Browser(app)
    bob.login("bob@example.com")
    elsewhere.login(remember="y")
    copied = copy_of(ana)
    ana.post(PATH, data=FORM)
    assert not any(browser.is_signed_in() for browser in (ana, elsewhere, copied))
    assert bob.is_signed_in()
    assert accounts_left(app) == ["bob@example.com"]


def test_a_password_changed_during_the_deletion_stops_it(
    app: Flask, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Browser(app)
    elsewhere.login()
    # The old password is being verified while the user changes it.
    won = overtake(monkeypatch, lambda: change_password(elsewhere))
    assert ana.post(PATH, data=FORM).location == PATH
    assert won == [303]
    assert accounts_left(app) == [EMAIL]


def test_the_delete_page_leaves_no_personal_data(app: Flask) -> None:
    browser = leave_traces(app)
    personal = what_is_personal(app)
    stored = everything_stored(app)
    assert all(fact in stored for fact in personal)
    assert browser.post(PATH, data=FORM).status_code == 303
    # Show the flash message, so that the visitor's session ends too.
    browser.get("/")
    left = everything_stored(app)
    remains = [fact for fact in personal if fact in left]
    assert not remains, (
        f'{remains} remains: give the foreign key to users in its table ondelete="CASCADE".'
    )


def test_a_visitor_cannot_open_the_delete_page(client: Browser) -> None:
    assert client.get(PATH).location.startswith("/auth/login")
    assert client.post(PATH, data=FORM).location == "/auth/login"
