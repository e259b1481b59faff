"""Operators list accounts, sessions and events, in lines for grep that no user can forge."""

import pytest
from click.testing import Result
from flask import Flask
from time_machine import TimeMachineFixture

from ...cli import test_users
from ...cli.test_users import fields, look
from ...support.accounts import add_user, handles
from ...support.cli import run, said
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.sql import broken_database
from ..support.sql import other_writer

noon = test_users.noon

BOB = "bob@example.com"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"


def kinds(done: Result) -> list[str]:
    return [line[1] for line in fields(done)]


@pytest.fixture
def signed_in(noon: TimeMachineFixture, app: Flask, user: str) -> Browser:
    """Return a browser that signed in at noon."""
    browser = Browser(app)
    browser.environ_base["HTTP_USER_AGENT"] = FIREFOX
    browser.login()
    return browser


def test_no_account_is_no_line(app: Flask) -> None:
    assert fields(run(app, "list")) == []
    assert fields(look(app)) == []


def test_an_account_is_shown_with_all_that_is_known(signed_in: Browser, user: str) -> None:
    app = signed_in.application
    known = [
        ["address", EMAIL],
        ["name", "Ana"],
        ["language", "en"],
        ["since", "2030-01-01T12:00:00Z"],
        ["disabled", "no"],
        ["last login", "2030-01-01T12:00:00Z"],
        ["from", "127.0.0.1 Firefox on Linux"],
    ]
    *facts, session = fields(run(app, "list", EMAIL.upper()))
    # The parts of the account add their lines between them.
    assert [line for line in facts if line in known] == known
    assert session[:2] == ["session", "2030-01-01T12:00:00Z"]
    run(app, "disable", EMAIL)
    found = fields(run(app, "list", EMAIL))
    assert ["disabled", "2030-01-01T12:00:00Z"] in found
    assert not [line for line in found if line[0] == "session"]


def test_a_user_who_never_logged_in_has_no_last_login(app: Flask, user: str) -> None:
    assert fields(run(app, "list", EMAIL))[-2:] == [["last login", "-"], ["from", "-"]]


def test_live_sessions_are_listed_a_line_each(
    signed_in: Browser, noon: TimeMachineFixture, app: Flask
) -> None:
    with app.app_context():
        add_user(BOB)
    Browser(app).login(BOB)
    noon.shift(90)
    Browser(app).login()
    assert len(handles(app)) == 2
    found = [line for line in fields(run(app, "list", EMAIL)) if line[0] == "session"]
    assert [[line[1], *line[3:]] for line in found] == [
        ["2030-01-01T12:01:30Z", "127.0.0.1", "Unknown browser"],
        ["2030-01-01T12:00:00Z", "127.0.0.1", "Firefox on Linux"],
    ]
    # Without an address there is a dash.
    assert {line[2] for line in found} in [{"-"}, {line[1] for line in found}]


def test_events_are_listed_latest_first(
    signed_in: Browser, noon: TimeMachineFixture, app: Flask
) -> None:
    noon.shift(1)
    signed_in.login(password="not the password at all")
    noon.shift(1)
    run(app, "disable", EMAIL)
    disabled, failed, login = fields(look(app))
    assert disabled == ["2030-01-01T12:00:02Z", "disabled", EMAIL, "-", "-", "command line"]
    assert failed == ["2030-01-01T12:00:01Z", "login_failed", EMAIL, "127.0.0.1", "-", FIREFOX]
    assert login[:4] == ["2030-01-01T12:00:00Z", "login", EMAIL, "127.0.0.1"]
    assert login[4].startswith("session=")
    assert login[5] == FIREFOX


def test_events_are_chosen_by_account_kind_and_number(app: Flask, user: str) -> None:
    with app.app_context():
        add_user(BOB)
    for email, password in ((EMAIL, PASSWORD), (BOB, "wrong, quite wrong"), (BOB, PASSWORD)):
        Browser(app).login(email, password)
    Browser(app).login("nobody@example.com")
    assert kinds(look(app)) == ["login_failed", "login", "login_failed", "login"]
    assert kinds(look(app, "--user", BOB.upper())) == ["login", "login_failed"]
    assert kinds(look(app, "--kind", "login")) == ["login", "login"]
    assert kinds(look(app, "--kind", "login", "--user", BOB)) == ["login"]
    assert kinds(look(app, "--limit", "2")) == ["login_failed", "login"]
    assert kinds(look(app, "--kind", "nonsense")) == []
    assert fields(look(app, "--limit", "1"))[0][2] == "-"


def test_fifty_events_are_enough_unasked(app: Flask, user: str) -> None:
    for _ in range(51):
        run(app, "enable", EMAIL)
    assert len(fields(look(app))) == 50
    assert len(fields(look(app, "--limit", "60"))) == 51


@pytest.mark.parametrize(
    "command",
    [("user", "list", EMAIL), ("events", "--user", EMAIL)],
)
def test_an_unknown_account_is_named(app: Flask, command: tuple[str, ...]) -> None:
    runner = app.test_cli_runner()
    assert said(runner.invoke(args=command)) == f"There is no account with {EMAIL}."
    no_address = [*command[:-1], "no\nwhere\x1b"]
    assert said(runner.invoke(args=no_address)) == "nowhere is not an e-mail address."


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5", "9" * 30])
def test_a_limit_is_a_number_that_makes_sense(app: Flask, limit: str) -> None:
    done = look(app, "--limit", limit)
    assert done.exit_code == 2
    assert "Invalid value for '--limit'" in done.output


@pytest.mark.parametrize("command", [("user", "list"), ("user", "list", EMAIL), ("events",)])
def test_a_database_that_is_away_is_no_traceback(app: Flask, command: tuple[str, ...]) -> None:
    with broken_database(app):
        sentence = said(app.test_cli_runner().invoke(args=command))
    assert "`flask db upgrade`" in sentence


def test_a_slow_reader_of_the_output_blocks_no_writer(
    app: Flask, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pager stops reading, and `click.echo` blocks."""
    written: list[str] = []

    def echo(line: str) -> None:
        with other_writer(app, "UPDATE users SET name = name"):
            written.append(line)

    monkeypatch.setattr("my_flask_app.cli.users.click.echo", echo)
    assert run(app, "list").exit_code == 0
    assert len(written) == 1
