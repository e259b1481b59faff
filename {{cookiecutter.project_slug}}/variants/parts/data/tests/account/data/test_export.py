"""A user downloads everything that the app stores about them, after a recent proof."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.models import User

from ...conftest import MakeApp
from ...support.accounts import add_user, leave_traces
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.mail import letters
from ...support.parts import add_part
from ...support.sql import rows, run_sql

PATH = "/account/data"
PAGE = "/account/delete"


@pytest.fixture
def ana(client: Browser, user: str) -> Browser:
    """Return a browser in which Ana is signed in."""
    client.login()
    return client


def data_of(browser: Browser) -> Any:
    answer = browser.post(PATH)
    assert answer.status_code == 200
    return json.loads(answer.text)


def test_a_user_downloads_one_file_with_their_data(ana: Browser) -> None:
    assert f'action="{PATH}"' in ana.get(PAGE).text
    file = ana.post(PATH)
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
    ana.post(PATH)
    (letter,) = letters(app)
    assert (letter["To"], letter["Subject"]) == (EMAIL, "Your data at Acme Portal was downloaded")
    events = rows(app, "SELECT kind FROM events WHERE user_id IS NOT NULL ORDER BY id")
    assert [event["kind"] for event in events] == ["login", "data_exported"]


def test_a_download_requires_a_recent_proof(ana: Browser, clock: TimeMachineFixture) -> None:
    ana.login()
    clock.shift(600)
    asked = ana.post(PATH, headers={"Referer": f"{ana.origin}{PAGE}"})
    assert asked.location == f"/auth/confirm?next={PAGE}"
    # The user is back on the page with the button.
    confirmed = {"password": PASSWORD, "next": PAGE}
    assert ana.post("/auth/confirm", data=confirmed).location == PAGE
    assert ana.post(PATH).status_code == 200


def test_a_visitor_downloads_nothing(client: Browser) -> None:
    assert client.post(PATH).location == "/auth/login"


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
    file = browser.post(PATH).text
    assert stored["password_hash"] not in file
    assert "token_hash" not in file


def test_a_part_adds_what_it_stores(make_app: MakeApp, user: str) -> None:
    def export(user: User) -> object:
        return [{"text": f"by {user.name}", "at": datetime(2030, 1, 2, tzinfo=UTC)}]

    ana = Browser(add_part(make_app(), name="notes", export=export))
    ana.login()
    assert data_of(ana)["notes"] == [{"text": "by Ana", "at": "2030-01-02T00:00:00+00:00"}]
