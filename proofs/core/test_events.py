"""Security events are recorded in a row and in a log line, without secrets."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from my_flask_app.core.audit import Event
from my_flask_app.core.db import db
from my_flask_app.core.environ import Rate
from my_flask_app.models import User

from ...auth.test_notices import register, reset
from ...conftest import MakeApp
from ...support.accounts import NEW_PASSWORD, add_user
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.sql import rows

WRONG = "not the password at all"
BOB = "bob@example.com"
CLIENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


@pytest.fixture
def client(app: Flask, client: Browser, caplog: pytest.LogCaptureFixture) -> Browser:
    caplog.set_level(logging.INFO, app.logger.name)
    client.environ_base["HTTP_USER_AGENT"] = CLIENT
    return client


def test_an_event_says_who_what_when_and_from_where(
    app: Flask, client: Browser, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    asked_from = {"REMOTE_ADDR": "203.0.113.9"}
    form = {"email": EMAIL, "password": WRONG}
    client.post("/auth/login", data=form, environ_overrides=asked_from)
    with app.app_context():
        both = select(Event, User).join(User, User.id == Event.user_id)
        event, owner = db.session.execute(both).one()
        assert (event.kind, event.user_id) == ("login_failed", owner.id)
        assert (event.address, event.client) == ("203.0.113.9", CLIENT)
        # In UTC, whatever the time zone of the server.
        assert event.at.tzinfo is UTC
        assert abs(datetime.now(UTC) - event.at) < timedelta(minutes=1)
        line = f"login_failed user={owner.public_id} address=203.0.113.9"
    assert caplog.messages == [line]


def test_no_address_is_too_long_to_be_kept(app: Flask, client: Browser) -> None:
    """A trusted proxy can pass on any text as the client address."""
    form = {"email": EMAIL, "password": WRONG}
    asked_from = {"REMOTE_ADDR": "x" * 300}
    answer = client.post("/auth/login", data=form, environ_overrides=asked_from)
    assert answer.status_code == 422
    assert rows(app, "SELECT address FROM events") == [{"address": "x" * 45}]


def test_nothing_written_down_opens_anything(
    app: Flask, client: Browser, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    client.login(password=WRONG)
    client.login(remember="y")
    held = [*client.jar().values()]
    client.post("/auth/confirm", data={"password": PASSWORD})
    held += client.jar().values()
    links = [register(client), reset(client)]
    client.login(password=NEW_PASSWORD)
    held += client.jar().values()
    secrets = [PASSWORD, NEW_PASSWORD, WRONG, *held]
    secrets += [link.rpartition("/")[2] for link in links]
    written = caplog.text + str(rows(app, "SELECT * FROM events"))
    assert "login_failed" in caplog.text
    assert not [secret for secret in secrets if secret in written]


def test_nobody_can_forge_a_line(
    app: Flask, client: Browser, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    forged = "x\r\nlogin user=eve address=-\x1b[2J"
    said = {"HTTP_USER_AGENT": forged, "HTTP_SEC_FETCH_SITE": forged}
    client.post("/auth/logout", environ_overrides=said)
    client.post("/auth/login", data={"email": EMAIL}, environ_overrides={"HTTP_USER_AGENT": forged})
    client.login(f"{EMAIL}\r\n{forged}", forged)
    client.environ_base["HTTP_USER_AGENT"] = forged
    client.login()
    assert len(caplog.messages) == 2
    assert all(message.isprintable() for message in caplog.messages)
    (event,) = rows(app, "SELECT client FROM events")
    assert event["client"].isprintable()


def test_a_throttled_client_is_logged_without_the_address_it_typed(
    configure: MakeApp, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = Browser(configure(login_attempts_per_account=Rate(1, 900)))
    statuses = [client.login(password=WRONG).status_code for _ in range(2)]
    assert statuses == [422, 429]
    assert "too many: login as, from 127.0.0.1" in caplog.text
    assert EMAIL not in caplog.text


def test_an_event_outlives_its_user_and_then_names_nobody(app: Flask, client: Browser) -> None:
    with app.app_context():
        add_user(BOB, name="Bobadilla")
    client.login(BOB)
    app.test_cli_runner().invoke(args=["user", "delete", BOB])
    written = rows(app, "SELECT * FROM events")
    assert {row["kind"] for row in written} >= {"login", "deleted"}
    assert {row["user_id"] for row in written} == {None}
    assert "Bobadilla" not in str(written)
    assert BOB not in str(written)
