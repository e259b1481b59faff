"""Secrets are encrypted for one account by a derived key, and again when the key changes."""

from base64 import urlsafe_b64decode
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import event, update

from {{ cookiecutter.project_slug }}.account.second_factor import encryption, store
from {{ cookiecutter.project_slug }}.account.second_factor.store import SecondFactor
from {{ cookiecutter.project_slug }}.core.db import db

from ...support.accounts import add_user
from ...support.settings import KEY
from ...support.sql import rows
from .phone import equip

TEXT = b"what only the app may read"
NEW_KEY = "the next key for tests: 9876543210 zyxwvutsrq"
BOB = "bob@example.com"
UNREADABLE = b"encrypted under a key that nobody has"


def test_the_key_is_a_derived_one(app: Flask) -> None:
    """Otherwise the signing key of cookies would also decrypt."""
    with app.app_context():
        token = encryption.encrypt(TEXT, owner="x")
        key = encryption._derive(KEY)
    assert Fernet(key).decrypt(token) == b"x\0" + TEXT
    assert urlsafe_b64decode(key) not in KEY.encode()


def test_another_account_cannot_use_it(app: Flask) -> None:
    with app.app_context():
        mine = encryption.encrypt(TEXT, owner="me")
        assert encryption.decrypt(mine, owner="me") == TEXT
        for other in ("you", "", "ME", "me\0what"):
            with pytest.raises(encryption.Unreadable, match="for another account"):
                encryption.decrypt(mine, owner=other)


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
