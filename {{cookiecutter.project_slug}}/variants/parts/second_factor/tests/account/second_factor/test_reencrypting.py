"""When the secret key changes, every secret is encrypted again, even during other writes."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, update

from {{ cookiecutter.project_slug }}.account.second_factor import store
from {{ cookiecutter.project_slug }}.account.second_factor.store import SecondFactor
from {{ cookiecutter.project_slug }}.core.db import db

from ...support.accounts import add_user
from ...support.settings import KEY
from ...support.sql import rows
from .phone import equip

NEW_KEY = "the next key for tests: 9876543210 zyxwvutsrq"
BOB = "bob@example.com"
UNREADABLE = b"encrypted under a key that nobody has"


@pytest.fixture
def bob(app: Flask) -> str:
    """Create an account with a second factor and return its address."""
    with app.app_context():
        add_user(BOB, name="Bob")
    equip(app, BOB)
    return BOB


def reencrypt(app: Flask, *keys: str) -> tuple[int, list[str]]:
    with app.app_context():
        return store.reencrypt_all(keys)


def test_reencrypting_leaves_no_transaction_open(app: Flask, bob: str) -> None:
    """The command waits for the terminal afterwards, and would block all other writers."""
    with app.app_context():
        store.reencrypt_all([NEW_KEY, KEY])
        assert not db.session.in_transaction()


def test_a_secret_that_changes_meanwhile_is_not_overwritten(app: Flask, bob: str) -> None:
    with app.app_context():
        engine = db.engine
    changes = [update(SecondFactor).values(secret=UNREADABLE)]

    def change(connection: Any, *more: Any) -> None:
        if more[1].startswith("UPDATE second_factors") and changes:
            connection.execute(changes.pop())

    event.listen(engine, "before_cursor_execute", change)
    try:
        assert reencrypt(app, NEW_KEY, KEY) == (0, [])
    finally:
        event.remove(engine, "before_cursor_execute", change)
    assert not changes
    assert rows(app, "SELECT secret FROM second_factors") == [{"secret": UNREADABLE}]
