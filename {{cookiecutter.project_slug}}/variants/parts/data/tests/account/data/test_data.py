"""A user deletes their account, or downloads what is stored about them."""

import json
from datetime import UTC, datetime
from typing import Any

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
from ...support.mail import letters
from ...support.parts import RIGHT, add_word
from ...support.sql import everything_stored, rows, run_sql

DELETE = "/account/delete"
FORM = {"password": PASSWORD}
WRONG = "not the password at all"

EXPORT = "/account/data"
PAGE = "/account/delete"


def accounts_left(app: Flask) -> list[str]:
    return [row["email"] for row in rows(app, "SELECT email FROM users")]


def test_a_user_deletes_their_account_and_is_signed_out(app: Flask, ana: Browser) -> None:
    assert DELETE in ana.get("/account/").text
    assert 'autocomplete="current-password"' in ana.get(DELETE).text
    done = ana.post(DELETE, data=FORM)
    assert (done.status_code, done.location) == (303, ana.home)
    assert done.headers["Clear-Site-Data"] == '"storage"'
    assert "Your account was deleted." in ana.get("/auth/login").text
    assert not ana.is_signed_in()
    assert accounts_left(app) == []
    assert ana.login().status_code == 422


@pytest.mark.parametrize("password", ["", WRONG, PASSWORD.upper(), f"{PASSWORD} ", "x" * 257])
def test_deleting_an_account_requires_the_password(app: Flask, ana: Browser, password: str) -> None:
    refused = ana.post(DELETE, data={"password": password})
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
    assert ana.open(DELETE, method=method, data=FORM).location.startswith("/auth/confirm")
    assert accounts_left(ana.application) == [EMAIL]
    assert ana.post("/auth/confirm", data=RIGHT).status_code == 303
    assert ana.post(DELETE, data=FORM).location == ana.home
    assert accounts_left(ana.application) == []


def test_deleting_an_account_ends_its_sessions_and_no_others(app: Flask, ana: Browser) -> None:
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    bob, elsewhere = Browser(app), Browser(app)
    bob.login("bob@example.com")
    elsewhere.login(remember="y")
    copied = copy_of(ana)
    ana.post(DELETE, data=FORM)
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
    assert ana.post(DELETE, data=FORM).location == DELETE
    assert won == [303]
    assert accounts_left(app) == [EMAIL]


def test_the_delete_page_leaves_no_personal_data(app: Flask) -> None:
    browser = leave_traces(app)
    personal = what_is_personal(app)
    stored = everything_stored(app)
    assert all(fact in stored for fact in personal)
    assert browser.post(DELETE, data=FORM).status_code == 303
    # Show the flash message, so that the visitor's session ends too.
    browser.get("/auth/login")
    left = everything_stored(app)
    remains = [fact for fact in personal if fact in left]
    assert not remains, (
        f'{remains} remains: give the foreign key to users in its table ondelete="CASCADE".'
    )


def test_a_visitor_cannot_open_the_delete_page(client: Browser) -> None:
    assert client.get(DELETE).location.startswith("/auth/login")
    assert client.post(DELETE, data=FORM).location == "/auth/login"


def data_of(browser: Browser) -> Any:
    answer = browser.post(EXPORT)
    assert answer.status_code == 200
    return json.loads(answer.text)


def test_a_user_downloads_one_file_with_their_data(ana: Browser) -> None:
    assert f'action="{EXPORT}"' in ana.get(PAGE).text
    file = ana.post(EXPORT)
    assert (file.status_code, file.mimetype) == (200, "application/json")
    name = f"{ana.application.name}-data.json"
    assert file.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert file.headers["Cache-Control"] == "no-store"
    account = json.loads(file.text)["account"]
    assert (account["email"], account["name"], account["disabled_at"]) == (EMAIL, "Ana", None)
    assert datetime.fromisoformat(account["created_at"]).tzinfo == UTC
    assert [session["current"] for session in account["sessions"]] == [True]
    assert [event["kind"] for event in account["events"]] == ["login", "data_exported"]


def test_a_download_is_recorded_and_the_user_is_told(app: Flask, ana: Browser) -> None:
    letters(app)
    ana.post(EXPORT)
    (letter,) = letters(app)
    assert (letter["To"], letter["Subject"]) == (EMAIL, "Your data at Acme Portal was downloaded")
    events = rows(app, "SELECT kind FROM events WHERE user_id IS NOT NULL ORDER BY id")
    assert [event["kind"] for event in events] == ["login", "data_exported"]


def test_a_download_requires_a_recent_proof(ana: Browser, clock: TimeMachineFixture) -> None:
    ana.login()
    clock.shift(600)
    asked = ana.post(EXPORT, headers={"Referer": f"{ana.origin}{PAGE}"})
    assert asked.location == f"/auth/confirm?next={PAGE}"
    # The user is back on the page with the button.
    confirmed = {"password": PASSWORD, "next": PAGE}
    assert ana.post("/auth/confirm", data=confirmed).location == PAGE
    assert ana.post(EXPORT).status_code == 200


def test_a_visitor_downloads_nothing(client: Browser) -> None:
    assert client.post(EXPORT).location == "/auth/login"


def test_the_file_has_nothing_of_other_users(app: Flask) -> None:
    leave_traces(app)
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    bob = Browser(app)
    bob.login("bob@example.com")
    account = data_of(bob)["account"]
    (seen,) = account["known_browsers"]
    assert seen.keys() == {"used_at"}
    assert account["links"] == []
    assert {mail["recipient"] for mail in account["mails"]} <= {"bob@example.com"}
    assert {event["kind"] for event in account["events"]} == {"login", "data_exported"}


def test_the_file_does_not_say_which_administrator_acted_and_from_where(
    app: Flask, ana: Browser
) -> None:
    run_sql(app, "UPDATE events SET kind = 'disabled', detail = '{\"by\": \"somebody else\"}'")
    event = data_of(ana)["account"]["events"][0]
    assert event.pop("at")
    assert event == {"kind": "disabled", "address": "", "client": "", "detail": {}}


def test_the_file_has_no_secret(app: Flask) -> None:
    browser = leave_traces(app)
    (stored,) = rows(app, "SELECT password_hash FROM users")
    file = browser.post(EXPORT).text
    assert stored["password_hash"] not in file
    assert "token_hash" not in file
