"""What is kept about people is written down, and goes with their account."""

import re
from datetime import timedelta
from pathlib import Path

from flask import Flask

from {{ cookiecutter.project_slug }}.account import PARTS, find_parts
from {{ cookiecutter.project_slug }}.auth.links import LIFETIME, Link
from {{ cookiecutter.project_slug }}.cli.purge import EVENTS_KEPT, MAILS_KEPT
from {{ cookiecutter.project_slug }}.config import Settings
from {{ cookiecutter.project_slug }}.core.db import Base, db, now
from {{ cookiecutter.project_slug }}.core.mail.outbox import Outbox
from {{ cookiecutter.project_slug }}.core.mail.pauses import REMEMBERED

from .browser import EMAIL, Browser
from .inside import everything_stored, rows
from .people import add_user
from .traces import leave_traces, what_is_personal

DOCS = Path(__file__).parent.parent / "docs"
DOCUMENT = (DOCS / "privacy.md").read_text(encoding="utf-8")
# A part of the account that keeps something says so in the document of its own name.
OTHERS = [path for name in PARTS if (path := DOCS / f"{name}.md").is_file()]
# Neither points to a user, yet both say something of one.
LOOSE = {"outbox", "throttles"}
# There is one of them, as this app remembers who is signed in.
KINDS_OF_SESSION = {"sessions", "ended_sessions"}
BOB = "bob@example.com"


def documented() -> dict[str, set[str]]:
    """Return the tables and columns that the documents name, row by row."""
    texts = [DOCUMENT, *(path.read_text(encoding="utf-8") for path in OTHERS)]
    # Other tables of a document have no column with names alone.
    row = r"^\| `(\w+)` \| ((?:`\w+`(?:, )?)+) \| [^|]+ \| [^|]+ \|$"
    found = re.findall(row, "\n".join(texts), re.MULTILINE)
    return {table: set(re.findall(r"`(\w+)`", columns)) for table, columns in found}


def test_every_column_that_says_something_of_people_is_documented() -> None:
    # Their tables are known once they are loaded; no app is made before, when run alone.
    assert len(list(find_parts())) == len(PARTS)
    named, tables = documented(), Base.metadata.tables
    pointing = {
        name
        for name, table in tables.items()
        if any(key.column.table.name == "users" for key in table.foreign_keys)
    }
    missing = ({"users"} | LOOSE | pointing) - set(named)
    assert not missing, (
        f"docs/privacy.md, or the document of the part whose table it is, needs a row for each of "
        f"{sorted(missing)}, which say something of people: the columns and nothing else, why the "
        "table keeps them, and for how long."
    )
    gone = set(named) - set(tables) - KINDS_OF_SESSION
    assert not gone, f"the documents have rows for tables that are not there: {sorted(gone)}"
    for table in set(named) & set(tables):
        columns = set(tables[table].columns.keys())
        assert named[table] == columns, (
            f"the documents must name, in the row of {table}, its columns and no others: "
            f"it lacks {sorted(columns - named[table])}, and has {sorted(named[table] - columns)} "
            "too many."
        )


def test_the_documents_know_how_long_things_are_kept(settings: Settings) -> None:
    """By the row of each table, with the settings that nobody has changed."""
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
    """Return what the document says in either language: the singular is a word."""
    if age.days == 1:
        return r"\b24 (hours|horas)\b"
    if age.days:
        return rf"\b{age.days} (days|dias)\b"
    minutes = age // timedelta(minutes=1)
    return rf"\b{minutes} (minutes|minutos)\b" if minutes != 60 else "an hour|uma hora"


def test_of_a_deleted_account_nothing_personal_is_left(app: Flask) -> None:
    leave_traces(app)
    personal = what_is_personal(app)
    stored = everything_stored(app)
    assert all(fact in stored for fact in personal)
    assert app.test_cli_runner().invoke(args=["user", "delete", EMAIL]).exit_code == 0
    left = everything_stored(app)
    assert [fact for fact in personal if fact in left] == []


def test_what_is_left_says_what_happened_and_when(app: Flask) -> None:
    leave_traces(app)
    before = rows(app, "SELECT id, at, kind FROM events ORDER BY id")
    app.test_cli_runner().invoke(args=["user", "delete", EMAIL])
    *after, last = rows(app, "SELECT * FROM events ORDER BY id")
    assert [{key: event[key] for key in ("id", "at", "kind")} for event in after] == before
    assert last["kind"] == "deleted"
    for event in (*after, last):
        assert (event["user_id"], event["address"], event["client"]) == (None, "", "")
        assert event["detail"] in ({}, "{}")


def test_what_others_have_is_left_alone(app: Flask) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    Browser(app).login(BOB)
    (bob,) = rows(app, "SELECT id FROM users")
    # Bob gave this address up, and may want it back.
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
