"""When the secret key changes, every secret is encrypted again, even during other writes."""

import pytest
from flask import Flask

from my_flask_app.account.second_factor import encryption, store
from my_flask_app.auth import accounts

from ....account.second_factor import test_encryption
from ....account.second_factor.phone import equip
from ....account.second_factor.test_encryption import reencrypt
from ....conftest import MakeApp
from ....support.accounts import add_user
from ....support.cli import Site
from ....support.http import EMAIL
from ....support.settings import KEY
from ....support.sql import everything_stored, run_sql

bob = test_encryption.bob

NEW_KEY = "the next key for tests: 9876543210 zyxwvutsrq"
BOB = "bob@example.com"
UNREADABLE = b"encrypted under a key that nobody has"
LOSE = (
    "UPDATE second_factors SET secret = :lost"
    " WHERE user_id = (SELECT id FROM users WHERE email = :email)"
)


def can_read(app: Flask, email: str = BOB) -> bool:
    with app.app_context():
        user = accounts.find(email)
        assert user is not None
        found = store.find(user)
        assert found is not None
        try:
            return len(encryption.decrypt(found.secret, owner=user.public_id)) == 32
        except encryption.Unreadable:
            return False


def test_a_secret_is_stored_nowhere_in_clear(app: Flask, user: str) -> None:
    secret = equip(app).secret
    assert can_read(app, EMAIL)
    assert secret.encode() not in everything_stored(app)


def test_every_secret_is_encrypted_with_the_new_key(
    app: Flask, bob: str, configure: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BATCH", 2)
    others = [f"user{number}@example.com" for number in range(4)]
    with app.app_context():
        add_user(EMAIL)
        for email in others:
            add_user(email)
    for email in others:
        equip(app, email)
    # A second run changes nothing.
    for _ in range(2):
        assert reencrypt(app, NEW_KEY, KEY) == (5, [])
        for email in (bob, *others):
            assert not can_read(app, email)
            assert can_read(configure(secret_key=NEW_KEY), email)


def test_an_unreadable_secret_is_kept_and_named(app: Flask, bob: str, user: str) -> None:
    equip(app)
    run_sql(app, LOSE, lost=UNREADABLE, email=EMAIL)
    assert reencrypt(app, NEW_KEY, KEY) == (1, [EMAIL])
    assert UNREADABLE in everything_stored(app)


def test_the_command_names_it_and_goes_on(site: Site, app: Flask, bob: str, user: str) -> None:
    old = site.start()
    for email in (bob, user):
        equip(old, email)
    run_sql(app, LOSE, lost=UNREADABLE, email=EMAIL)
    done = site.run("secret", "rotate")
    assert done.exit_code == 1
    counted, error = done.output.splitlines()[-2:]
    assert counted == "1 re-encrypted. Restart the app now."
    assert error.startswith(f"Error: What is encrypted for {EMAIL} cannot be read: ")
    assert can_read(site.start(), bob)
