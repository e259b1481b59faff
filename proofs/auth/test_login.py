"""Log in and log out, with either kind of session."""

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from my_flask_app.auth import passwords
from my_flask_app.core.db import db
from my_flask_app.models import User

from ...support.accounts import NEW_PASSWORD, change_password, change_user, overtake
from ...support.http import EMAIL, PASSWORD, Browser

OLDER = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)


def test_every_login_has_a_token_of_its_own(client: Browser, user: str) -> None:
    tokens = set()
    for _ in range(5):
        client.login()
        tokens.add(tuple(client.jar().values()))
    assert len(tokens) == 5


def test_login_renews_a_hash_made_with_older_parameters(
    app: Flask, client: Browser, user: str
) -> None:
    with app.app_context():
        change_user(EMAIL, password_hash=OLDER)
    hashes = []
    for _ in range(2):
        client.login()
        assert client.is_signed_in()
        with app.app_context():
            hashes.append(db.session.scalars(select(User.password_hash)).one() or "")
    assert passwords.needs_rehash(OLDER)
    assert not passwords.needs_rehash(hashes[0])
    assert hashes[0] == hashes[1]


def test_a_password_changed_while_its_hash_is_renewed_stays(
    app: Flask, client: Browser, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = Browser(app)
    owner.login()
    with app.app_context():
        change_user(EMAIL, password_hash=OLDER)
    changed = overtake(monkeypatch, lambda: change_password(owner))
    client.login()
    assert changed == [303]
    assert not client.is_signed_in()
    assert client.login(password=PASSWORD).status_code == 422
    assert client.login(password=NEW_PASSWORD).status_code == 303
