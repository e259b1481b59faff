"""`flask user` manages accounts, and refuses in one sentence."""

from types import SimpleNamespace

import pytest
from flask import Flask

from my_flask_app.auth import accounts
from my_flask_app.cli import users
from my_flask_app.core.db import db

from ...conftest import MakeApp
from ...support.accounts import NEW_PASSWORD
from ...support.cli import events, run, said
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.sql import broken_database, everything_stored, rows
from ..support.sql import kept_by_a_table

CREATE = ("create", EMAIL, "--name", "Ana")
BROKEN_NAME = (
    "This name contains a character that cannot be shown (U+000A). "
    "Please delete the name and type it again."
)


def test_a_created_account_speaks_the_language_of_the_settings(configure: MakeApp) -> None:
    app = configure(language="pt_BR")
    run(app, *CREATE, typed=f"{PASSWORD}\n")
    assert rows(app, "SELECT language FROM users") == [{"language": "pt_BR"}]


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_the_password_is_one_line_taken_as_it_is(app: Flask, client: Browser, end: str) -> None:
    password = f"  {PASSWORD} "
    run(app, *CREATE, typed=f"{password}{end}")
    client.login()
    assert not client.is_signed_in()
    client.login(password=password)
    assert client.is_signed_in()


def test_a_terminal_is_asked_twice(
    app: Flask, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr(users, "sys", SimpleNamespace(stdin=terminal))
    typed = f"{PASSWORD}\nsomething else\n{NEW_PASSWORD}\n{NEW_PASSWORD}\n"
    done = run(app, *CREATE, typed=typed)
    assert done.exit_code == 0
    assert "do not match" in done.output
    assert PASSWORD not in done.output
    assert NEW_PASSWORD not in done.output
    client.login(password=NEW_PASSWORD)
    assert client.is_signed_in()


@pytest.mark.parametrize(
    ("email", "name", "password", "sentence"),
    [
        ("nowhere", "Ana", PASSWORD, "nowhere is not an e-mail address."),
        (EMAIL, " ", PASSWORD, "Please type a name."),
        (EMAIL, "A\nna", PASSWORD, BROKEN_NAME),
        (EMAIL, "A" * 101, PASSWORD, "Please use a shorter name."),
        (EMAIL, "Ana", "", "Use at least 15 characters: four words are enough."),
        (EMAIL, "Ana", "p" * 257, "Use at most 256 characters."),
    ],
)
def test_an_invalid_name_or_address_of_an_account_is_refused(
    app: Flask, email: str, name: str, password: str, sentence: str
) -> None:
    assert said(run(app, "create", email, "--name", name, typed=password)) == sentence
    assert rows(app, "SELECT * FROM users") == []
    assert events(app) == []


def test_no_transaction_is_open_while_a_password_is_asked_for(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command holds SQLite's write lock, and an operator can take minutes to type."""
    open_then: list[bool] = []

    def ask() -> str:
        open_then.append(db.session.in_transaction())
        return PASSWORD

    monkeypatch.setattr(users, "_password", ask)
    assert run(app, *CREATE).exit_code == 0
    assert open_then == [False]


def test_concurrent_commands_create_only_one_account(
    app: Flask, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "find", lambda email: None)
    assert said(run(app, *CREATE, typed=PASSWORD)) == f"{EMAIL} already has an account."
    assert events(app) == []


def test_a_deleted_account_leaves_events_without_a_name(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    # A waiting mail names its recipient.
    client.post("/auth/reset", data={"email": user})
    done = run(app, "delete", user)
    assert (done.exit_code, done.output) == (0, f"{user} is deleted.\n")
    assert not client.is_signed_in()
    assert rows(app, "SELECT * FROM users") == []
    left = rows(app, "SELECT kind, user_id FROM events ORDER BY id")
    assert left == [
        {"kind": "login", "user_id": None},
        {"kind": "deleted", "user_id": None},
    ]
    assert EMAIL.encode() not in everything_stored(app)


def test_an_account_that_another_table_needs_is_kept_whole(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    with kept_by_a_table(app, user):
        before = everything_stored(app)
        refused = said(run(app, "delete", user))
        assert everything_stored(app) == before
    assert "because rows of another table refer to it (" in refused
    assert refused.endswith('give their foreign key ondelete="CASCADE".')
    assert client.is_signed_in()


def test_an_account_is_not_deleted_during_a_password_change(
    app: Flask, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "delete", lambda user: False)
    done = run(app, "delete", user)
    assert done.exit_code == 1
    assert "is deleted" not in done.output
    assert "try again" in done.output


@pytest.mark.parametrize("command", ["disable", "enable", "delete"])
def test_an_unknown_account_is_named(app: Flask, command: str) -> None:
    assert said(run(app, command, EMAIL)) == f"There is no account with {EMAIL}."
    assert said(run(app, command, "nowhere")) == "nowhere is not an e-mail address."


@pytest.mark.parametrize("command", [CREATE, ("disable", EMAIL), ("delete", EMAIL)])
def test_a_database_that_is_away_is_no_traceback(
    app: Flask, user: str, command: tuple[str, ...]
) -> None:
    with broken_database(app):
        sentence = said(run(app, *command, typed=PASSWORD))
    assert "`flask db upgrade`" in sentence
