"""Operators remove a lost second factor, and see which users have one."""

from functools import partial

import pytest
from flask import Flask

from my_flask_app.auth import accounts, operators
from my_flask_app.core.db import db
from my_flask_app.core.environ import MailServer

from ....account.second_factor.phone import equip
from ....conftest import MakeApp
from ....support.accounts import change_user
from ....support.cli import events, run, said
from ....support.html import needs_portuguese
from ....support.http import EMAIL, Browser
from ....support.mail import letters, link_in
from ....support.sql import broken_database, meanwhile, rows
from ...support.html import assert_in_portuguese
from ...support.mail import SMTP_HOST, SMTPServer
from ...support.sql import overtaken_at_its_account

BOB = "bob@example.com"


@pytest.fixture
def site(configure: MakeApp, server: SMTPServer, user: str) -> Flask:
    """Return an app that sends mail."""
    return configure(mail_server=MailServer("smtp", SMTP_HOST, server.port))


def test_a_second_factor_is_switched_off_and_its_owner_told(
    site: Flask, server: SMTPServer
) -> None:
    client = Browser(site)
    client.login()
    equip(site)
    done = run(site, "reset-second-factor", EMAIL)
    expected = f"{EMAIL} no longer has a second factor; all its sessions have ended.\n"
    assert (done.exit_code, done.output) == (0, expected)
    for table in ("second_factors", "recovery_codes"):
        assert rows(site, f"SELECT * FROM {table}") == []
    assert not client.is_signed_in()
    assert events(site) == ["second_factor_reset_by_operator"]
    (letter,) = server.messages
    assert letter["To"] == EMAIL
    assert letter["Subject"].endswith("was turned off")
    assert link_in(letter) == "/auth/reset"


def test_an_account_that_is_deleted_meanwhile_is_none(app: Flask, user: str) -> None:
    equip(app)
    reset = partial(run, app, "reset-second-factor", user)
    told = said(overtaken_at_its_account(app, reset, accounts.delete))
    assert told == f"There is no account with {user}."


def test_a_second_factor_that_was_set_up_meanwhile_is_removed_too(app: Flask, user: str) -> None:
    with app.app_context():
        owner = accounts.find(EMAIL)
        assert owner is not None
        db.session.commit()
        meanwhile(lambda: equip(app))
        operators.drop_factors(owner)
        db.session.commit()
    assert rows(app, "SELECT * FROM second_factors") == []


@needs_portuguese
def test_the_notice_speaks_the_owners_language(site: Flask, server: SMTPServer) -> None:
    equip(site)
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
        # Other waiting mails stay too: the operator would see the links of other users.
        ({"mail_server": MailServer("console")}, 1),
        ({"public_url": None}, 1),
    ],
)
def test_a_notice_that_cannot_be_sent_from_here_stops_nothing(
    configure: MakeApp, app: Flask, user: str, changes: dict[str, object], waiting: int
) -> None:
    equip(app)
    assert run(configure(**changes), "reset-second-factor", EMAIL).exit_code == 0
    assert rows(app, "SELECT * FROM recovery_codes") == []
    # The running app sends it, with its own address in the link.
    assert len(letters(app)) == waiting


def test_a_user_without_a_second_factor_keeps_their_sessions(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    assert said(run(app, "reset-second-factor", EMAIL)) == f"{EMAIL} has no second factor."
    assert client.is_signed_in()
    assert events(app) == []


def test_an_unknown_account_is_named(site: Flask) -> None:
    assert said(run(site, "reset-second-factor", BOB)) == f"There is no account with {BOB}."
    sentence = "nowhere is not an e-mail address."
    assert said(run(site, "reset-second-factor", "nowhere")) == sentence
    assert events(site) == []


def test_a_database_that_is_away_is_no_traceback(site: Flask) -> None:
    with broken_database(site):
        assert "`flask db upgrade`" in said(run(site, "reset-second-factor", EMAIL))


def test_operators_see_whether_a_user_has_a_second_factor(app: Flask, user: str) -> None:
    def told() -> list[str]:
        lines = run(app, "list", EMAIL).output.splitlines()
        return [line for line in lines if line.startswith("second factor")]

    assert told() == ["second factor\toff"]
    equip(app)
    assert told() == ["second factor\ton"]
