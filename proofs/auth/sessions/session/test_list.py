"""Sessions can be listed on the server, and ended one by one."""

from datetime import UTC, datetime, timedelta

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from time_machine import TimeMachineFixture

from my_flask_app.auth import sessions
from my_flask_app.auth.guards import signed_in_user

from .....conftest import MakeApp
from .....support.accounts import handles
from .....support.http import Browser, page


def test_the_owner_sees_each_session_and_which_one_is_this(
    make_app: MakeApp, user: str, clock: TimeMachineFixture
) -> None:
    app = make_app()

    @page(app)
    def look() -> ResponseReturnValue:
        return jsonify(
            [
                (found.client, found.current, found.first_seen.isoformat())
                for found in sessions.active_sessions(signed_in_user())
            ]
        )

    noon = datetime(2030, 1, 1, 12, tzinfo=UTC)
    clock.move_to(noon, tick=False)
    phone, desk = Browser(app), Browser(app)
    phone.environ_base["HTTP_USER_AGENT"] = "Phone"
    desk.environ_base["HTTP_USER_AGENT"] = "Desk"
    phone.login()
    clock.shift(60)
    desk.login()

    assert desk.get("/test-look").json == [
        ["Desk", True, (noon + timedelta(seconds=60)).isoformat()],
        ["Phone", False, noon.isoformat()],
    ]
    clock.shift(60)
    phone.get("/test-look")
    assert [entry[:2] for entry in phone.get("/test-look").json or []] == [
        ["Phone", True],
        ["Desk", False],
    ]


def test_expired_sessions_are_not_listed(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    client.login()
    clock.shift(1799)
    assert len(handles(app)) == 1
    clock.shift(1)
    assert handles(app) == []


def test_a_session_past_its_absolute_end_is_not_listed_however_busy_it_was(
    configure: MakeApp, user: str, clock: TimeMachineFixture
) -> None:
    client = Browser(configure(session_absolute_seconds=600))
    client.login()
    clock.shift(599)
    assert client.is_signed_in()
    assert len(handles(client.application)) == 1
    clock.shift(1)
    assert handles(client.application) == []
