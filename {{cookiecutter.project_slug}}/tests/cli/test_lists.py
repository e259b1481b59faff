"""Operators list accounts, sessions and events, in lines for grep that no user can forge."""

from datetime import UTC, datetime

import pytest
from click.testing import Result
from flask import Flask
from time_machine import TimeMachineFixture

from ..support.accounts import add_user, change_user
from ..support.cli import run
from ..support.http import EMAIL, Browser
from ..support.sql import run_sql

BOB = "bob@example.com"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
FORGED = "Eve\n2030-01-01T12:00:00Z\tlogin\x1b[2J\r\t\u2028\u202e\x01\x85"


def look(app: Flask, *args: str) -> Result:
    """Run `flask events`."""
    return app.test_cli_runner().invoke(args=["events", *args])


def fields(done: Result) -> list[list[str]]:
    """Return the output of a successful command, by line and field."""
    assert done.exit_code == 0, done.output
    return [line.split("\t") for line in done.output.split("\n")[:-1]]


@pytest.fixture
def noon(clock: TimeMachineFixture) -> TimeMachineFixture:
    clock.move_to(NOON, tick=False)
    return clock


def test_accounts_are_listed_one_per_line(noon: TimeMachineFixture, app: Flask, user: str) -> None:
    with app.app_context():
        add_user(BOB, name="Bob the Builder")
    run(app, "disable", BOB)
    assert fields(run(app, "list")) == [
        [EMAIL, "2030-01-01T12:00:00Z", "enabled", "Ana"],
        [BOB, "2030-01-01T12:00:00Z", "disabled", "Bob the Builder"],
    ]


def test_text_from_strangers_cannot_forge_lines_or_fields(app: Flask, user: str) -> None:
    with app.app_context():
        change_user(EMAIL, name=FORGED)
    Browser(app).login()
    run_sql(app, "UPDATE events SET client = :forged, address = :forged", forged=FORGED)
    for done, other, last in (
        (run(app, "list"), 4, 4),
        (run(app, "list", EMAIL), 2, 5),
        (look(app), 6, 6),
    ):
        lines = fields(done)
        assert [len(line) for line in lines] == [other] * (len(lines) - 1) + [last]
        assert all(field.isprintable() for line in lines for field in line)
    assert [len(fields(done)) for done in (run(app, "list"), look(app))] == [1, 1]
    assert fields(run(app, "list"))[0][-1] == "Eve2030-01-01T12:00:00Zlogin[2J"
