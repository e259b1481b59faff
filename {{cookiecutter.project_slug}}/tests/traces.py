"""Leave traces of a person wherever the app keeps any."""

from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import Column, Table, insert

from {{ cookiecutter.project_slug }} import account
from {{ cookiecutter.project_slug }}.auth import accounts
from {{ cookiecutter.project_slug }}.auth.links import Link
from {{ cookiecutter.project_slug }}.core.db import Base, db, now
from {{ cookiecutter.project_slug }}.core.mail import notify
from {{ cookiecutter.project_slug }}.core.mail.outbox import Outbox

from .browser import EMAIL, Browser
from .inside import rows
from .people import add_user

NAME = "Anastasia Quill"
OLD = "quill@example.com"
PEER = "198.51.100.7"
CLIENT = "Quillfox on her own machine"
TOKENS = (b"her token", b"her old token")


def leave_traces(app: Flask) -> Browser:
    """Make an account that has a row in every table; return its owner's browser."""
    with app.app_context():
        add_user(EMAIL, name=NAME)
    browser = Browser(app)
    browser.environ_base |= {"REMOTE_ADDR": PEER, "HTTP_USER_AGENT": CLIENT}
    browser.login(password="wrong, quite wrong")
    browser.login(remember="y")
    browser.post("/account/", data={"name": NAME, "language": "en"})
    browser.post("/auth/confirm", data={"password": "wrong, quite wrong"})
    token, old_token = TOKENS
    with app.app_context():
        owner = accounts.find(EMAIL)
        assert owner is not None
        link = {"purpose": "any", "ends_at": now()}
        mail = {"purpose": "any", "language": "en"}
        db.session.add_all(
            [
                # Asked for before there was an account, and by its owner since.
                Link(token_hash=token, email=EMAIL, **link),
                Link(token_hash=old_token, email=OLD, user_id=owner.id, **link),
                Outbox(recipient=EMAIL, detail={"address": PEER, "client": CLIENT}, **mail),
            ]
        )
        owner.email = OLD
        notify(owner, "password_changed")
        owner.email = EMAIL
        for table in tables_of_parts():
            db.session.execute(insert(table).values(row_of(table, owner.id)))
        db.session.commit()
    return browser


def what_is_personal(app: Flask) -> list[bytes]:
    """Return what must not be left of the account that left traces."""
    (owner,) = rows(
        app, "SELECT public_id, password_hash FROM users WHERE email = :email", email=EMAIL
    )
    texts = [EMAIL, OLD, NAME, PEER, CLIENT, *owner.values()]
    marks = [
        value if isinstance(value, bytes) else value.encode()
        for table in tables_of_parts()
        for value in row_of(table, 0).values()
        if isinstance(value, bytes | str)
    ]
    return [*(text.encode() for text in texts), *TOKENS, *marks]


def tables_of_parts() -> list[Table]:
    """Return the tables of the account's parts in which an account can have a row."""
    owned = {
        mapper.local_table
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith(f"{account.__name__}.")
    }
    return [
        table
        for table in Base.metadata.sorted_tables
        if table in owned and any(map(_names_a_user, table.columns))
    ]


def row_of(table: Table, user_id: int) -> dict[str, object]:
    """Return a row of a user's, in which each text and each token says where it stands."""
    return {
        column.name: user_id if _names_a_user(column) else _value(column)
        for column in table.columns
        # Those that the database numbers by itself.
        if column is not table.autoincrement_column
    }


def _names_a_user(column: Column[Any]) -> bool:
    return any(key.column.table.name == "users" for key in column.foreign_keys)


def _value(column: Column[Any]) -> object:
    mark = f"her {column.table.name}.{column.name}"
    kind = getattr(column.type, "impl", column.type).python_type
    if kind in (str, bytes):
        mark = mark[: getattr(column.type, "length", None)]
        return mark if kind is str else mark.encode()
    values: dict[type, object] = {bool: True, int: 1, float: 1.0, dict: {}, datetime: now()}
    assert kind in values, f"say here what can stand in {column}, so that it is seen to go"
    return values[kind]
