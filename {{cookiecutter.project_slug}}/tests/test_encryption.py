"""What is encrypted is read by this app alone, for one account alone, and only unchanged."""

from base64 import urlsafe_b64decode
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import event, update

from {{ cookiecutter.project_slug }}.auth import accounts
from {{ cookiecutter.project_slug }}.core import encryption
from {{ cookiecutter.project_slug }}.core.db import db
from {{ cookiecutter.project_slug }}.models import User

from .browser import EMAIL
from .conftest import KEY, MakeApp
from .encrypting import OWNER, TEXT, UNREADABLE, can_read, encrypt, encrypted
from .inside import everything_stored, run_sql
from .people import add_user

NEW_KEY = "the next key for tests: 9876543210 zyxwvutsrq"
OTHER_KEY = "some key of others: 1357924680 qwertyuiop"


def reencrypt(app: Flask, *keys: str) -> tuple[int, list[str]]:
    with app.app_context():
        return accounts.reencrypt_all(keys)


def test_what_was_encrypted_can_be_read_and_lies_nowhere_in_clear(app: Flask) -> None:
    encrypt(app)
    assert can_read(app)
    assert TEXT not in everything_stored(app)
    assert KEY.encode() not in everything_stored(app)


def test_no_two_encrypted_texts_are_alike(app: Flask) -> None:
    with app.app_context():
        found = {encryption.encrypt(TEXT, owner="x") for _ in range(1000)}
    assert len(found) == 1000


def test_the_key_is_a_derived_one(app: Flask) -> None:
    """Else whoever reads a cookie's signing key could decrypt with it as it stands."""
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


def test_a_change_anywhere_is_noticed(app: Flask) -> None:
    with app.app_context():
        whole = encryption.encrypt(TEXT, owner="me")
        for place in range(len(whole)):
            for bit in (1, 2, 4, 8, 16, 32, 64):
                changed = bytearray(whole)
                changed[place] ^= bit
                assert read(bytes(changed)) in {None, TEXT}
        for length in range(len(whole) - 4):
            assert read(whole[:length]) is None


def read(token: bytes) -> bytes | None:
    """Return the text; two spellings of the same bytes in base64 are no change."""
    try:
        return encryption.decrypt(token, owner="me")
    except encryption.Unreadable:
        return None


def test_fallbacks_decrypt_and_the_current_key_encrypts(app: Flask, configure: MakeApp) -> None:
    encrypt(app)
    rotated = configure(secret_key=NEW_KEY, secret_key_fallbacks=(OTHER_KEY, KEY))
    assert can_read(rotated)
    encrypt(rotated)
    assert can_read(configure(secret_key=NEW_KEY))
    assert not can_read(app)


def test_without_its_key_a_text_stays_shut_and_the_cure_is_named(
    app: Flask, configure: MakeApp
) -> None:
    encrypt(app)
    other = configure(secret_key=NEW_KEY, secret_key_fallbacks=(OTHER_KEY,))
    with other.app_context(), pytest.raises(encryption.Unreadable, match=r"docs/keys\.md"):
        encryption.decrypt(encrypted(other), owner="x")


def test_everything_comes_under_the_new_key(
    app: Flask, configure: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "BATCH", 2)
    encrypt(app)
    with app.app_context():
        add_user(EMAIL)
        for number in range(4):
            add_user(f"user{number}@example.com")
            name = f"user{number}"
            run_sql(
                app,
                "UPDATE users SET totp_secret = :token, public_id = :name WHERE email = :email",
                token=encryption.encrypt(TEXT, owner=name),
                name=name,
                email=f"{name}@example.com",
            )
    assert reencrypt(app, NEW_KEY, KEY) == (5, [])
    assert not can_read(app)
    assert can_read(configure(secret_key=NEW_KEY))
    assert reencrypt(app, NEW_KEY, KEY) == (5, [])
    assert can_read(configure(secret_key=NEW_KEY))


def test_no_transaction_is_left_behind(app: Flask) -> None:
    """The command talks to a terminal afterwards, and all other writers would wait for it."""
    encrypt(app)
    with app.app_context():
        accounts.reencrypt_all([NEW_KEY, KEY])
        assert not db.session.in_transaction()


def test_what_cannot_be_read_is_left_as_it_is_and_named(app: Flask) -> None:
    encrypt(app)
    with app.app_context():
        add_user(EMAIL)
    lost = "UPDATE users SET totp_secret = :lost WHERE email = :email"
    run_sql(app, lost, lost=UNREADABLE, email=EMAIL)
    assert reencrypt(app, NEW_KEY, KEY) == (1, [EMAIL])
    assert UNREADABLE in everything_stored(app)


def test_a_text_that_changes_meanwhile_is_not_overwritten(app: Flask) -> None:
    encrypt(app)
    with app.app_context():
        engine = db.engine
    anew = update(User).where(User.email == OWNER).values(totp_secret=UNREADABLE)
    changes = [anew]

    def change(connection: Any, *more: Any) -> None:
        if more[1].startswith("UPDATE users") and changes:
            connection.execute(changes.pop())

    event.listen(engine, "before_cursor_execute", change)
    try:
        assert reencrypt(app, NEW_KEY, KEY) == (0, [])
    finally:
        event.remove(engine, "before_cursor_execute", change)
    assert encrypted(app) == UNREADABLE
