"""Operators help users, and never see or set a password."""

import pytest
from flask import Flask

from my_flask_app.core.environ import MailServer

from ...conftest import MakeApp
from ...support.accounts import NEW_PASSWORD, change_user
from ...support.cli import events, run, said
from ...support.html import needs_portuguese
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.mail import link_in
from ...support.sql import broken_database, everything_stored, rows
from ..support.html import assert_in_portuguese
from ..support.mail import SMTP_HOST, SMTPServer

BOB = "bob@example.com"


@pytest.fixture
def site(configure: MakeApp, server: SMTPServer, user: str) -> Flask:
    """Return an app that sends mail."""
    return configure(mail_server=MailServer("smtp", SMTP_HOST, server.port))


@needs_portuguese
def test_a_reset_is_mailed_to_the_owner_and_shown_to_nobody_else(
    site: Flask, server: SMTPServer
) -> None:
    with site.app_context():
        change_user(EMAIL, language="pt_BR")
    client = Browser(site)
    client.login()
    done = run(site, "reset", EMAIL.upper())
    expected = f"A link for a new password went to {EMAIL}.\n"
    assert (done.exit_code, done.output) == (0, expected)
    (letter,) = server.messages
    assert letter["To"] == EMAIL
    # It is in the language of the account, because there is no browser.
    assert_in_portuguese(letter["Subject"])
    assert rows(site, "SELECT * FROM outbox") == []
    assert events(site) == ["reset_started_by_operator"]
    # Nothing changes until the user sets a new password.
    assert client.is_signed_in()
    owner = Browser(site)
    owner.get(link_in(letter))
    answer = owner.post("/auth/reset/finish", data={"password": NEW_PASSWORD})
    assert answer.status_code == 303
    assert owner.login(password=NEW_PASSWORD).status_code == 303
    assert not client.is_signed_in()


def test_without_an_address_for_its_link_there_is_no_reset(
    configure: MakeApp, server: SMTPServer, user: str
) -> None:
    app = configure(mail_server=MailServer("smtp", SMTP_HOST, server.port), public_url=None)
    before = everything_stored(app)
    refused = "PUBLIC_URL is missing: set it, so that mails can have links."
    assert said(run(app, "reset", EMAIL)) == refused
    assert everything_stored(app) == before


def test_a_disabled_account_gets_no_link(site: Flask, server: SMTPServer) -> None:
    run(site, "disable", EMAIL)
    assert said(run(site, "reset", EMAIL)) == f"{EMAIL} is disabled: enable it first."
    assert server.messages == []
    assert events(site) == ["disabled"]


def test_a_refusal_of_the_mail_server_is_reported(site: Flask, server: SMTPServer) -> None:
    server.drop = True
    sentence = said(run(site, "reset", EMAIL))
    assert sentence == "The mail server did not accept the mail: see the log above."
    assert len(rows(site, "SELECT * FROM outbox")) == 1
    server.drop = False
    assert site.test_cli_runner().invoke(args=["mail", "retry"]).exit_code == 0
    assert len(server.messages) == 1


@pytest.mark.parametrize("given", [(), (EMAIL, "--all")])
def test_end_sessions_requires_an_account_or_all(
    app: Flask, client: Browser, user: str, given: tuple[str, ...]
) -> None:
    client.login()
    done = run(app, "end-sessions", *given)
    assert done.exit_code == 2
    assert done.output.endswith("Error: Give either an address or --all.\n")
    assert client.is_signed_in()


@pytest.mark.parametrize("command", ["reset", "end-sessions"])
def test_an_unknown_account_is_named(site: Flask, command: str) -> None:
    assert said(run(site, command, BOB)) == f"There is no account with {BOB}."
    assert said(run(site, command, "nowhere")) == "nowhere is not an e-mail address."
    assert events(site) == []


@pytest.mark.parametrize("command", ["reset", "end-sessions"])
def test_a_database_that_is_away_is_no_traceback(site: Flask, command: str) -> None:
    with broken_database(site):
        assert "`flask db upgrade`" in said(run(site, command, EMAIL))


def test_no_command_takes_or_shows_a_password_of_an_account_that_exists(
    app: Flask, user: str
) -> None:
    group = app.cli.get_command(None, "user")  # type: ignore[arg-type]
    for name, command in vars(group)["commands"].items():
        takes = {option.name for option in command.params}
        assert not any("password" in str(option) for option in takes), name
    shown = run(app, "show", EMAIL).output + run(app, "list").output
    (row,) = rows(app, "SELECT password_hash FROM users")
    assert row["password_hash"] not in shown
    assert Browser(app).login(password=PASSWORD).status_code == 303
