"""Create accounts, act as their users, and find what is stored about them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import Column, Table, insert, update

from {{ cookiecutter.project_slug }} import account
from {{ cookiecutter.project_slug }}.auth import accounts, passwords, sessions
from {{ cookiecutter.project_slug }}.auth.links import Link
from {{ cookiecutter.project_slug }}.core.db import Base, db, now
from {{ cookiecutter.project_slug }}.core.mail import notify
from {{ cookiecutter.project_slug }}.core.mail.outbox import Outbox
from {{ cookiecutter.project_slug }}.models import User

from .http import EMAIL, PASSWORD, Browser
from .sql import meanwhile, rows

NEW_PASSWORD = "umbrella lantern gravel Tuesday"

TRACED_NAME = "Anastasia Quill"
TRACED_OLD = "quill@example.com"
TRACED_PEER = "198.51.100.7"
TRACED_CLIENT = "Quillfox on her own machine"
TOKENS = (b"her token", b"her old token")


def copy_of(client: Browser) -> Browser:
    """Return another browser with the same cookies, as a thief would have them."""
    other = Browser(client.application)
    other.keep(client.jar())
    return other


def change_password(client: Browser) -> int:
    """Change PASSWORD to NEW_PASSWORD on the account's page; return the status."""
    form = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    return client.post("/account/password", data=form).status_code


def handles(app: Flask, email: str = EMAIL) -> list[str]:
    """Return the handles of the active sessions of an account, latest first."""
    with app.app_context():
        return [found.handle for found in sessions.active_sessions(_owner(email))]


def end_session(app: Flask, handle: str, email: str = EMAIL, *, commit: bool = True) -> bool:
    with app.app_context():
        ended = sessions.end_session(_owner(email), handle)
        if commit:
            db.session.commit()
        return ended


def end_everywhere(app: Flask, *, commit: bool = True) -> None:
    with app.app_context():
        sessions.end_sessions(_owner(EMAIL), keep_current=False)
        if commit:
            db.session.commit()


def _owner(email: str) -> User:
    user = accounts.find(email)
    assert user is not None
    return user


def add_user(email: str, *, name: str = "Ana", password: str = PASSWORD) -> None:
    """Store an account; call it within an app context."""
    hashed = passwords.hash_password(password)
    db.session.add(User(email=email, name=name, language="en", password_hash=hashed))
    db.session.commit()


def change_user(email: str, /, **changes: object) -> None:
    """Change columns of an account; call it within an app context."""
    db.session.execute(update(User).where(User.email == email).values(**changes))
    db.session.commit()


class WatchedHasher(PasswordHasher):
    """Call `watch` before each hash; hashing is as cheap as in other tests."""

    def __init__(self, watch: Callable[[], object]) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self._watch = watch

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self._watch()
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self._watch()
        return super().verify(hash, password)


def watch_hashing(monkeypatch: pytest.MonkeyPatch, watch: Callable[[], object]) -> None:
    monkeypatch.setattr(passwords, "hasher", WatchedHasher(watch))


def overtake(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> list[object]:
    """Run `work` while the next password is hashed or verified; return its result."""
    done: list[object] = []

    def once() -> None:
        if not done:
            done.append(None)
            done[0] = meanwhile(work)

    watch_hashing(monkeypatch, once)
    return done


def leave_traces(app: Flask) -> Browser:
    """Create an account with a row in every table; return its user's browser."""
    with app.app_context():
        add_user(EMAIL, name=TRACED_NAME)
    browser = Browser(app)
    browser.environ_base |= {"REMOTE_ADDR": TRACED_PEER, "HTTP_USER_AGENT": TRACED_CLIENT}
    browser.login(password="wrong, quite wrong")
    browser.login(remember="y")
    browser.post("/account/", data={"name": TRACED_NAME, "language": "en"})
    browser.post("/auth/confirm", data={"password": "wrong, quite wrong"})
    token, old_token = TOKENS
    with app.app_context():
        owner = accounts.find(EMAIL)
        assert owner is not None
        link = {"purpose": "any", "ends_at": now()}
        mail = {"purpose": "any", "language": "en"}
        db.session.add_all(
            [
                # One requested before the account existed, and one by its user.
                Link(token_hash=token, email=EMAIL, **link),
                Link(token_hash=old_token, email=TRACED_OLD, user_id=owner.id, **link),
                Outbox(
                    recipient=EMAIL,
                    detail={"address": TRACED_PEER, "client": TRACED_CLIENT},
                    **mail,
                ),
            ]
        )
        owner.email = TRACED_OLD
        notify(owner, "password_changed")
        owner.email = EMAIL
        for table in tables_of_parts():
            db.session.execute(insert(table).values(row_of(table, owner.id)))
        db.session.commit()
    return browser


def what_is_personal(app: Flask) -> list[bytes]:
    """Return every value that must be gone after the account is deleted."""
    (owner,) = rows(
        app, "SELECT public_id, password_hash FROM users WHERE email = :email", email=EMAIL
    )
    texts = [EMAIL, TRACED_OLD, TRACED_NAME, TRACED_PEER, TRACED_CLIENT, *owner.values()]
    marks = [
        value if isinstance(value, bytes) else value.encode()
        for table in tables_of_parts()
        for value in row_of(table, 0).values()
        if isinstance(value, bytes | str)
    ]
    return [*(text.encode() for text in texts), *TOKENS, *marks]


def tables_of_parts() -> list[Table]:
    """Return the tables of the account's parts with a foreign key to users."""
    owned = {
        mapper.local_table
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith(f"{account.__name__}.")
    }
    return [
        table
        for table in Base.metadata.tables.values()
        if table in owned and any(map(_names_a_user, table.columns))
    ]


def row_of(table: Table, user_id: int) -> dict[str, object]:
    """Return a row of a user, in which each text and each token names its column."""
    return {
        column.name: user_id if _names_a_user(column) else _value(column)
        for column in table.columns
        # The database numbers these by itself.
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
    assert kind in values, f"add an example of {kind} to `values` for the column {column}"
    return values[kind]
