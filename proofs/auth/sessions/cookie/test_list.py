"""Sessions are listed from the audit trail: there is no other list."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from time_machine import TimeMachineFixture

from my_flask_app.auth import sessions
from my_flask_app.auth.guards import signed_in_user
from my_flask_app.core.db import db

from .....conftest import MakeApp
from .....support.accounts import change_password, end_everywhere, handles
from .....support.forging import fields
from .....support.http import Browser, page


@pytest.fixture
def site(make_app: MakeApp) -> Flask:
    """Return an app with a list of sessions, and a page that ends all other sessions."""
    app = make_app()

    @page(app)
    def look() -> ResponseReturnValue:
        return jsonify(
            [
                (found.client, found.current, found.first_seen.isoformat())
                for found in sessions.active_sessions(signed_in_user())
            ]
        )

    @page(app)
    def end_others() -> str:
        sessions.end_sessions(signed_in_user(), keep_current=True)
        if request.args["commit"] == "yes":
            db.session.commit()
        return ""

    return app


def test_the_owner_sees_each_session_and_which_one_is_this(
    site: Flask, user: str, clock: TimeMachineFixture
) -> None:
    noon = datetime(2030, 1, 1, 12, tzinfo=UTC)
    clock.move_to(noon, tick=False)
    phone, desk = Browser(site), Browser(site)
    phone.environ_base["HTTP_USER_AGENT"] = "Phone"
    desk.environ_base["HTTP_USER_AGENT"] = "Desk"
    phone.login()
    clock.shift(60)
    desk.login()
    for client, current in ((desk, [True, False]), (phone, [False, True])):
        assert client.get("/test-look").json == [
            ["Desk", current[0], (noon + timedelta(seconds=60)).isoformat()],
            ["Phone", current[1], noon.isoformat()],
        ]


@pytest.mark.parametrize("remember", [{}, {"remember": "on"}])
def test_sessions_are_listed_until_they_end(
    app: Flask,
    client: Browser,
    user: str,
    remember: dict[str, str],
    clock: TimeMachineFixture,
) -> None:
    client.login(**remember)
    clock.shift(timedelta(days=30) if remember else timedelta(hours=12))
    clock.shift(-1)
    assert handles(app) == [fields(client)[0]]
    clock.shift(1)
    assert handles(app) == []


def test_sessions_that_were_ended_are_not_listed(app: Flask, client: Browser, user: str) -> None:
    client.login()
    client.logout()
    assert handles(app) == []
    client.login()
    assert len(handles(app)) == 1
    end_everywhere(app)
    assert handles(app) == []


def test_a_renewed_session_is_listed_once(app: Flask, client: Browser, user: str) -> None:
    Browser(app).login()
    client.login()
    assert change_password(client) == 303
    assert handles(app) == [fields(client)[0]]


def test_ending_the_others_keeps_this_one_and_lists_it(site: Flask, user: str) -> None:
    client, other = Browser(site), Browser(site)
    other.login()
    client.login()
    client.get("/test-end_others?commit=yes")
    assert client.get("/test-look").status_code == 200
    assert other.get("/test-look").status_code == 303
    assert handles(site) == [fields(client)[0]]


def test_ending_the_others_in_vain_changes_no_cookie(site: Flask, user: str) -> None:
    """Otherwise the browser would hold a token of a future epoch."""
    client = Browser(site)
    client.login()
    before = client.jar()
    client.get("/test-end_others?commit=no")
    assert client.jar() == before
    assert client.get("/test-look").status_code == 200
