"""Personal data is documented, and deleted with the account."""

import re
from datetime import timedelta
from pathlib import Path

from flask import Flask

from my_flask_app.auth.links import LIFETIME, Link
from my_flask_app.cli.purge import EVENTS_KEPT, MAILS_KEPT
from my_flask_app.config import Settings
from my_flask_app.core.db import db, now
from my_flask_app.core.mail.outbox import REMEMBERED, Outbox

from ...support.accounts import add_user, leave_traces
from ...support.http import EMAIL, Browser
from ...support.sql import rows

DOCS = Path(__file__).parents[3] / "docs"
DOCUMENT = (DOCS / "privacy.md").read_text(encoding="utf-8")
BOB = "bob@example.com"


def test_the_documents_know_how_long_things_are_kept(settings: Settings) -> None:
    """Check the row of each table against the default settings."""
    said = dict(re.findall(r"^\| `(\w+)` \| .* \| ([^|]+) \|$", DOCUMENT, re.MULTILINE))
    for table, ages in {
        "links": [LIFETIME],
        "outbox": [MAILS_KEPT],
        "throttles": [
            REMEMBERED,
            *(
                timedelta(seconds=rate.seconds)
                for rate in (settings.login_attempts_per_account, settings.mails_per_address)
            ),
        ],
        "events": [EVENTS_KEPT],
        "sessions": [
            timedelta(seconds=seconds)
            for seconds in (settings.session_idle_seconds, settings.remember_idle_seconds)
        ],
        "ended_sessions": [timedelta(seconds=settings.remember_absolute_seconds)],
    }.items():
        for age in ages:
            assert re.search(in_words(age), said[table]), (table, age)


def in_words(age: timedelta) -> str:
    """Return the document's words for a time in either language; one is a word, not a digit."""
    if age.days == 1:
        return r"\b24 (hours|horas)\b"
    if age.days:
        return rf"\b{age.days} (days|dias)\b"
    minutes = age // timedelta(minutes=1)
    return rf"\b{minutes} (minutes|minutos)\b" if minutes != 60 else "an hour|uma hora"


def test_events_of_a_deleted_account_keep_only_kind_and_time(app: Flask) -> None:
    leave_traces(app)
    before = rows(app, "SELECT id, at, kind FROM events ORDER BY id")
    app.test_cli_runner().invoke(args=["user", "delete", EMAIL])
    *after, last = rows(app, "SELECT * FROM events ORDER BY id")
    assert [{key: event[key] for key in ("id", "at", "kind")} for event in after] == before
    assert last["kind"] == "deleted"
    for event in (*after, last):
        assert (event["user_id"], event["address"], event["client"]) == (None, "", "")
        assert event["detail"] in ({}, "{}")


def test_deletion_leaves_the_data_of_other_accounts(app: Flask) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    Browser(app).login(BOB)
    (bob,) = rows(app, "SELECT id FROM users")
    # Bob gave this address up, and could undo that.
    values = {"user_id": bob["id"], "purpose": "another", "email": EMAIL}
    with app.app_context():
        db.session.add(Link(token_hash=b"Bob's", ends_at=now(), **values))
        db.session.add(Outbox(purpose="reset", recipient=BOB, language="en", detail={}))
        db.session.commit()
    kept = {table: rows(app, f"SELECT * FROM {table}") for table in ("links", "outbox", "events")}
    leave_traces(app)
    app.test_cli_runner().invoke(args=["user", "delete", EMAIL])
    for table, expected in kept.items():
        left = rows(app, f"SELECT * FROM {table} ORDER BY id")
        assert left[: len(expected)] == expected
        assert table == "events" or len(left) == len(expected)
