"""Operators help people, and never learn or set a password of theirs."""

from collections.abc import Iterator

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.core.environ import MailServer
from {{ cookiecutter.project_slug }}.models import RecoveryCode, User

from .acting import NEW_PASSWORD, handles
from .browser import EMAIL, PASSWORD, Browser
from .conftest import MakeApp
from .inside import db, everything_stored, rows
from .letters import letters, link_in
from .operating import events, run, said
from .people import add_user, change_user
from .reading import assert_in_portuguese, needs_portuguese
from .smtp_server import HOST, SMTPServer, smtp_server
from .statements import broken_database

BOB = "bob@example.com"
NONE = "MAIL_URL names no mail server to send by."


@pytest.fixture(scope="module")
def running() -> Iterator[SMTPServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def server(running: SMTPServer) -> SMTPServer:
    running.forget()
    return running


@pytest.fixture
def site(configure: MakeApp, server: SMTPServer, user: str) -> Flask:
    """Return an app that sends mail."""
    return configure(mail_server=MailServer("smtp", HOST, server.port))


def give_second_factor(app: Flask, email: str = EMAIL) -> None:
    with app.app_context():
        change_user(email, totp_secret=b"sealed", totp_last_step=1)
        owner = db.session.query(User).filter_by(email=email).one()
        db.session.add(RecoveryCode(user_id=owner.id, code_hash=b"hash"))
        db.session.commit()


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
    # It speaks the language of its reader, whom no browser has told us.
    assert_in_portuguese(letter["Subject"])
    assert rows(site, "SELECT * FROM outbox") == []
    assert events(site) == ["reset_started_by_operator"]
    # Nothing has changed until the owner says so.
    assert client.is_signed_in()
    owner = Browser(site)
    owner.get(link_in(letter))
    answer = owner.post("/auth/reset/finish", data={"password": NEW_PASSWORD})
    assert answer.status_code == 303
    assert owner.login(password=NEW_PASSWORD).status_code == 303
    assert not client.is_signed_in()


@pytest.mark.parametrize("scheme", ["console", "none"])
def test_without_a_mail_server_there_is_no_reset(
    configure: MakeApp, user: str, scheme: str
) -> None:
    """The console is the operator's own, and the link opens the account."""
    app = configure(mail_server=MailServer(scheme))
    before = everything_stored(app)
    assert said(run(app, "reset", EMAIL)) == NONE
    assert everything_stored(app) == before


def test_without_an_address_for_its_link_there_is_no_reset(
    configure: MakeApp, server: SMTPServer, user: str
) -> None:
    app = configure(mail_server=MailServer("smtp", HOST, server.port), public_url=None)
    before = everything_stored(app)
    refused = "PUBLIC_URL is missing: links are made from it."
    assert said(run(app, "reset", EMAIL)) == refused
    assert everything_stored(app) == before


def test_who_is_disabled_gets_no_link(site: Flask, server: SMTPServer) -> None:
    run(site, "disable", EMAIL)
    assert said(run(site, "reset", EMAIL)) == f"{EMAIL} is disabled: enable it first."
    assert server.messages == []
    assert events(site) == ["disabled"]


def test_a_mail_server_that_refuses_is_told(site: Flask, server: SMTPServer) -> None:
    server.drop = True
    sentence = said(run(site, "reset", EMAIL))
    assert sentence == "The mail server did not take the mail: see the log above."
    assert len(rows(site, "SELECT * FROM outbox")) == 1
    server.drop = False
    assert site.test_cli_runner().invoke(args=["mail", "retry"]).exit_code == 0
    assert len(server.messages) == 1


def test_the_sessions_of_one_account_end(app: Flask, client: Browser, user: str) -> None:
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


def test_the_sessions_of_everybody_end(app: Flask, client: Browser, user: str) -> None:
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


@pytest.mark.parametrize("given", [(), (EMAIL, "--all")])
def test_whose_sessions_must_be_said(
    app: Flask, client: Browser, user: str, given: tuple[str, ...]
) -> None:
    client.login()
    done = run(app, "end-sessions", *given)
    assert done.exit_code == 2
    assert done.output.endswith("Error: Give either an address or --all.\n")
    assert client.is_signed_in()


def test_a_second_factor_is_switched_off_and_its_owner_told(
    site: Flask, server: SMTPServer
) -> None:
    client = Browser(site)
    client.login()
    give_second_factor(site)
    done = run(site, "reset-second-factor", EMAIL)
    expected = f"{EMAIL} has no second factor any more; all its sessions have ended.\n"
    assert (done.exit_code, done.output) == (0, expected)
    (found,) = rows(site, "SELECT totp_secret, totp_since, totp_last_step FROM users")
    assert set(found.values()) == {None}
    assert rows(site, "SELECT * FROM recovery_codes") == []
    assert not client.is_signed_in()
    assert events(site) == ["second_factor_reset_by_operator"]
    (letter,) = server.messages
    assert letter["To"] == EMAIL
    assert letter["Subject"].endswith("was turned off")
    assert link_in(letter) == "/auth/reset"


def test_the_second_factor_of_others_stays(app: Flask, user: str) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    for email in (EMAIL, BOB):
        give_second_factor(app, email)
    run(app, "reset-second-factor", EMAIL)
    (left,) = rows(app, "SELECT email FROM users JOIN recovery_codes ON user_id = users.id")
    assert left["email"] == BOB
    assert rows(app, "SELECT email FROM users WHERE totp_secret IS NOT NULL") == [left]


@needs_portuguese
def test_the_notice_speaks_the_owners_language(site: Flask, server: SMTPServer) -> None:
    give_second_factor(site)
    with site.app_context():
        change_user(EMAIL, language="pt_BR")
    assert run(site, "reset-second-factor", EMAIL).exit_code == 0
    (letter,) = server.messages
    assert_in_portuguese(letter["Subject"])
    assert_in_portuguese(letter.get_content())


@pytest.mark.parametrize(
    ("changes", "waiting"),
    [
        ({"mail_server": MailServer("none")}, 0),
        # Nor what else waits there: a link of somebody's would be shown to the operator.
        ({"mail_server": MailServer("console")}, 1),
        ({"public_url": None}, 1),
    ],
)
def test_a_notice_that_cannot_be_sent_from_here_stops_nothing(
    configure: MakeApp, app: Flask, user: str, changes: dict[str, object], waiting: int
) -> None:
    give_second_factor(app)
    assert run(configure(**changes), "reset-second-factor", EMAIL).exit_code == 0
    assert rows(app, "SELECT * FROM recovery_codes") == []
    # The running app sends it, with its own address for the link.
    assert len(letters(app)) == waiting


def test_who_has_no_second_factor_keeps_the_sessions(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    assert said(run(app, "reset-second-factor", EMAIL)) == f"{EMAIL} has no second factor."
    assert client.is_signed_in()
    assert events(app) == []


@pytest.mark.parametrize("command", ["reset", "end-sessions", "reset-second-factor"])
def test_an_unknown_account_is_named(site: Flask, command: str) -> None:
    assert said(run(site, command, BOB)) == f"Nobody has an account with {BOB}."
    assert said(run(site, command, "nowhere")) == "nowhere is not an e-mail address."
    assert events(site) == []


@pytest.mark.parametrize("command", ["reset", "end-sessions", "reset-second-factor"])
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
