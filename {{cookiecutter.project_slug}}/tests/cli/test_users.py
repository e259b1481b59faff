"""`flask user` creates, disables and deletes accounts, and helps their users."""

from datetime import UTC, datetime

import pytest
from click.testing import Result
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.core.environ import MailServer

from ..conftest import MakeApp
from ..support.accounts import add_user, change_user, handles
from ..support.cli import events, run, said
from ..support.http import EMAIL, PASSWORD, Browser
from ..support.sql import everything_stored, run_sql

CREATE = ("create", EMAIL, "--name", "Ana")
BOB = "bob@example.com"
NONE = "MAIL_URL names no mail server to send by."
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
FORGED = "Eve\n2030-01-01T12:00:00Z\tlogin\x1b[2J\r\t\u2028\u202e\x01\x85"


def test_a_created_account_can_log_in(app: Flask, client: Browser) -> None:
    done = run(app, *CREATE, typed=f"{PASSWORD}\n")
    assert (done.exit_code, done.output) == (0, f"{EMAIL} can log in now.\n")
    client.login()
    assert client.name() == "Ana"
    assert events(app) == ["created_by_operator"]
    assert PASSWORD.encode() not in everything_stored(app)


@pytest.mark.parametrize("email", [EMAIL, EMAIL.upper(), f" {EMAIL}"])
def test_an_address_has_only_one_account(app: Flask, user: str, email: str) -> None:
    taken = f"{EMAIL} already has an account."
    assert said(run(app, "create", email, "--name", "Ana", typed=PASSWORD)) == taken


def test_a_disabled_account_cannot_log_in_until_it_is_enabled(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    done = run(app, "disable", user.upper())
    expected = f"{user} is disabled; all its sessions have ended.\n"
    assert (done.exit_code, done.output) == (0, expected)
    assert not client.is_signed_in()
    client.login()
    assert not client.is_signed_in()

    done = run(app, "enable", user)
    assert (done.exit_code, done.output) == (0, f"{user} can log in again.\n")
    client.login()
    assert client.is_signed_in()
    assert events(app) == ["disabled", "enabled"]


@pytest.mark.parametrize("scheme", ["console", "none"])
def test_without_a_mail_server_there_is_no_reset(
    configure: MakeApp, user: str, scheme: str
) -> None:
    """The console would show the operator the link, which opens the account."""
    app = configure(mail_server=MailServer(scheme))
    before = everything_stored(app)
    assert said(run(app, "reset", EMAIL)) == NONE
    assert everything_stored(app) == before


def test_an_operator_ends_the_sessions_of_one_account(
    app: Flask, client: Browser, user: str
) -> None:
    with app.app_context():
        add_user(BOB)
    bob = Browser(app)
    bob.login(BOB)
    client.login(remember="y")
    done = run(app, "end-sessions", EMAIL)
    assert (done.exit_code, done.output) == (0, f"All sessions of {EMAIL} have ended.\n")
    assert not client.is_signed_in()
    assert handles(app) == []
    assert bob.is_signed_in()
    assert events(app) == ["sessions_ended_by_operator"]
    assert client.login().status_code == 303
    assert client.is_signed_in()


def test_an_operator_ends_the_sessions_of_all_accounts(
    app: Flask, client: Browser, user: str
) -> None:
    with app.app_context():
        add_user(BOB)
    bob = Browser(app)
    bob.login(BOB, remember="y")
    client.login()
    done = run(app, "end-sessions", "--all")
    assert (done.exit_code, done.output) == (0, "All sessions of everybody have ended.\n")
    assert not client.is_signed_in()
    assert not bob.is_signed_in()
    assert handles(app) == []
    assert events(app) == ["sessions_ended_by_operator"]
    bob.login(BOB)
    assert bob.is_signed_in()


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
