"""`flask purge` and `flask mail retry`: what they do, and when they refuse to run."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.core.environ import MailServer

from ...conftest import MakeApp
from ...support.http import EMAIL, Browser
from ...support.mail import letters
from ...support.sql import broken_database, rows


def purge(app: Flask) -> str:
    done = app.test_cli_runner().invoke(args=["purge"])
    assert done.exit_code == 0
    return done.output


def test_purge_deletes_expired_links_and_counters(
    app: Flask, client: Browser, clock: TimeMachineFixture
) -> None:
    client.post("/auth/register", data={"email": EMAIL})
    letters(app)
    clock.shift(timedelta(minutes=30, seconds=-1))
    assert purge(app).startswith("0 sessions, 0 browsers, 0 links, 0 counters, 0 mails, 0 events")
    clock.shift(1)
    assert purge(app).startswith("0 sessions, 0 browsers, 1 links, 0 counters, 0 mails, 0 events")
    clock.shift(timedelta(minutes=30))
    assert purge(app).startswith("0 sessions, 0 browsers, 0 links, 1 counters, 0 mails, 0 events")
    clock.shift(timedelta(hours=23))
    assert purge(app).startswith("0 sessions, 0 browsers, 0 links, 1 counters, 0 mails, 0 events")
    for table in ("links", "throttles"):
        assert rows(app, f"SELECT * FROM {table}") == []


def test_purge_deletes_mails_that_were_given_up_long_ago(
    app: Flask, client: Browser, clock: TimeMachineFixture
) -> None:
    client.post("/auth/register", data={"email": EMAIL})
    clock.shift(timedelta(days=30, seconds=-1))
    assert "0 mails" in purge(app)
    clock.shift(1)
    assert "1 mails" in purge(app)
    assert rows(app, "SELECT * FROM outbox") == []


@pytest.mark.parametrize(("longest", "kept"), [(30, 90), (120, 120)])
def test_purge_keeps_events_while_a_session_may_be_listed_from_them(
    configure: MakeApp,
    user: str,
    clock: TimeMachineFixture,
    longest: int,
    kept: int,
) -> None:
    app = configure(remember_absolute_seconds=timedelta(days=longest).total_seconds())
    Browser(app).login(remember="on")
    clock.shift(timedelta(days=kept, seconds=-1))
    purge(app)
    assert [row["kind"] for row in rows(app, "SELECT kind FROM events")] == ["login"]
    clock.shift(1)
    assert "1 events" in purge(app)
    assert rows(app, "SELECT * FROM events") == []


@pytest.mark.parametrize("command", [["purge"], ["mail", "retry"]])
def test_a_database_that_is_away_is_no_traceback(configure: MakeApp, command: list[str]) -> None:
    app = configure(mail_server=MailServer("smtp", "127.0.0.1", 1))
    with broken_database(app):
        done = app.test_cli_runner().invoke(args=command)
    assert done.exit_code == 1
    assert done.output.startswith("Error: The database refused (")
    assert done.output.count("\n") == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"public_url": None}, "PUBLIC_URL is missing: set it, so that mails can have links."),
        # It would print the links of users to the operator or to cron.
        ({"mail_server": MailServer("console")}, "MAIL_URL names no mail server to send by."),
    ],
)
def test_mail_retry_refuses_if_links_would_not_reach_their_owners(
    configure: MakeApp, app: Flask, user: str, changes: dict[str, object], said: str
) -> None:
    Browser(app).post("/auth/reset", data={"email": EMAIL})
    before = rows(app, "SELECT * FROM outbox")
    done = configure(**changes).test_cli_runner().invoke(args=["mail", "retry"])
    assert done.exit_code == 1
    assert done.output == f"Error: {said}\n"
    assert rows(app, "SELECT * FROM outbox") == before
