"""The file of a user's data has all that the tables hold, and no secret."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import Column, LargeBinary, Table, select

from my_flask_app.core import mail
from my_flask_app.core.db import Base, db
from my_flask_app.core.environ import MailServer
from my_flask_app.models import User

from ....conftest import MakeApp
from ....support.accounts import add_user, change_user, leave_traces
from ....support.html import asking, needs_portuguese, words_of
from ....support.http import EMAIL, Browser
from ....support.mail import letters
from ....support.parts import add_part
from ....support.sql import broken_database, rows
from ...support.html import assert_in_portuguese

PATH = "/account/data"
# Tables that say nothing about an account that is known.
NOT_OF_A_USER = {
    "throttles": "its keys are hashed",
    "ended_sessions": "it holds random ids",
}
# Tables without a foreign key to users that hold mails to them.
BY_ADDRESS = {"outbox": "recipient"}
# Columns that the file leaves out, besides hashes and encrypted values, ids of rows, and the
# number of the user.
LEFT_OUT = {
    "users.password_hash": "a secret",
    "users.session_epoch": "a counter of the app",
    "sessions.epoch": "a counter of the app",
    "sessions.data": "what pages keep for a moment, secrets of a set-up among it",
    "sessions.remembered": "how long the session lasts",
    "sessions.authenticated_at": "an event of its own",
    "links.epoch": "a counter of the app",
    "outbox.attempts": "the state of the queue",
    "outbox.due_at": "the state of the queue",
    "outbox.held_until": "the state of the queue",
    "outbox.pause_key": "hashed",
    "ceremonies.purpose": "it is kept for ten minutes",
    "ceremonies.detail": "what the answer needs, secrets among it",
    "ceremonies.ends_at": "it is kept for ten minutes",
    "social_connections.public_id": "a random id",
    "api_tokens.handle": "a random id",
    "invitations.email": "of another person",
    "invitations.role": "of another person",
    "invitations.ends_at": "of another person",
    "passkeys.public_id": "a random id",
    "passkeys.counter": "a counter of the app",
    "passkeys.backup_eligible": "the kind of passkey",
    "second_factors.last_step": "a counter of the app",
    "second_factors.failures": "an event each",
    "second_factors.told_at": "a mail",
    "trusted_browsers.handle": "a random id",
}


def texts(value: Any) -> list[str]:
    """Return what the file has of a value; nothing of one that is empty."""
    if isinstance(value, dict):
        return [f'"{key}"' for key in value]
    if isinstance(value, datetime):
        return [value.isoformat()]
    if isinstance(value, bool):
        return [str(value).lower()]
    return [] if value is None else [str(value)]


def is_left_out(column: Column[Any]) -> bool:
    is_number = column.name == "id" and column.primary_key
    of_user = any(key.column.table.name == "users" for key in column.foreign_keys)
    is_secret = isinstance(column.type, LargeBinary)
    return is_number or of_user or is_secret or str(column) in LEFT_OUT


def owned_rows(table: Table) -> list[Any]:
    """Return the rows of the one account in a table that refers to users."""
    if table.name in BY_ADDRESS:
        return list(db.session.execute(select(table)).mappings())
    owners = [column for column in table.columns if column.foreign_keys]
    found = select(table).where(*(column.is_not(None) for column in owners))
    return list(db.session.execute(found).mappings())


def test_every_table_about_users_is_in_the_file_or_named_here(app: Flask) -> None:
    browser = leave_traces(app)
    answer = browser.post(PATH)
    assert answer.status_code == 200
    file = answer.text
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            if table.name in NOT_OF_A_USER:
                assert not any(column.foreign_keys for column in table.columns), table.name
                continue
            refers = any(key.column.table.name == "users" for key in table.foreign_keys)
            assert refers or table.name in {"users", *BY_ADDRESS}, table.name
            shown = [column for column in table.columns if not is_left_out(column)]
            for row in owned_rows(table):
                for column in shown:
                    missing = [text for text in texts(row[column.name]) if text not in file]
                    assert not missing, f"export {column}, or say in LEFT_OUT why not"


def test_the_file_tells_a_second_factor_without_its_secret(app: Flask) -> None:
    browser = leave_traces(app)
    found = json.loads(browser.post(PATH).text)
    assert found["second_factor"].keys() == {"since", "recovery_codes_left", "trusted_browsers"}
    assert found["second_factor"]["recovery_codes_left"] == 1


def test_a_second_factor_that_is_not_set_up_has_no_time(client: Browser, user: str) -> None:
    client.login()
    found = json.loads(client.post(PATH).text)["second_factor"]
    assert found == {"since": None, "recovery_codes_left": 0, "trusted_browsers": []}


def test_mails_about_a_user_are_in_the_file_whatever_their_recipient(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    letters(app)
    (ana,) = rows(app, "SELECT id FROM users")
    with app.app_context():
        mail.enqueue("email_changed", "old@example.com", user=ana["id"])
        mail.enqueue("shared", "bob@example.com", user="neither a number nor an id")
        db.session.commit()
    mails = json.loads(client.post(PATH).text)["account"]["mails"]
    assert {one["recipient"] for one in mails} == {"old@example.com", EMAIL}


def test_names_are_readable_in_the_file(app: Flask, client: Browser) -> None:
    with app.app_context():
        add_user(EMAIL, name="Zoë 🦉 عائشة")
    client.login()
    answer = client.post(PATH)
    assert "Zoë 🦉 عائشة" in answer.data.decode()


def test_values_that_json_does_not_have_are_written_as_text(make_app: MakeApp, user: str) -> None:
    values = {"jar": b"plum", "price": Decimal("3.50"), "day": date(2030, 1, 2), "left": 2}
    ana = Browser(add_part(make_app(), name="jam", export=lambda user: values))
    ana.login()
    found = json.loads(ana.post(PATH).text)["jam"]
    assert found == {"jar": "cGx1bQ==", "price": "3.50", "day": "2030-01-02", "left": 2}


def test_a_download_that_fails_is_not_recorded(app: Flask, client: Browser, user: str) -> None:
    client.login()
    before = rows(app, "SELECT kind FROM events")
    with broken_database(app, "FROM known_browsers"):
        assert client.post(PATH).status_code == 503
    assert rows(app, "SELECT kind FROM events") == before


def test_a_download_needs_no_mail(make_app: MakeApp, user: str) -> None:
    ana = Browser(make_app(mail_server=MailServer("none")))
    ana.login()
    assert ana.post(PATH).status_code == 200


def test_a_link_cannot_download_the_data(client: Browser, user: str) -> None:
    client.login()
    assert client.get(PATH).status_code == 405


@needs_portuguese
def test_page_and_mail_are_translated(app: Flask, user: str) -> None:
    with app.app_context():
        change_user(user, language="pt_BR")
    reader = asking(app, "pt-BR")
    reader.login()
    assert_in_portuguese(words_of(reader.get("/account/delete")))
    letters(app)
    reader.post(PATH)
    (letter,) = letters(app)
    assert_in_portuguese(f"{letter['Subject']}\n{letter.get_content()}")
    assert "Os dados da conta foram baixados" in words_of(reader.get("/account/activity"))


def data_of(browser: Browser) -> Any:
    answer = browser.post(PATH)
    assert answer.status_code == 200
    return json.loads(answer.text)


def test_a_part_adds_what_it_stores(make_app: MakeApp, user: str) -> None:
    def export(user: User) -> object:
        return [{"text": f"by {user.name}", "at": datetime(2030, 1, 2, tzinfo=UTC)}]

    ana = Browser(add_part(make_app(), name="notes", export=export))
    ana.login()
    assert data_of(ana)["notes"] == [{"text": "by Ana", "at": "2030-01-02T00:00:00+00:00"}]
