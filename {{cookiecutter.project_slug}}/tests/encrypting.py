"""Encrypt something for an account as the app does, and see whether it can be read."""

from flask import Flask

from {{ cookiecutter.project_slug }}.auth import accounts
from {{ cookiecutter.project_slug }}.core import encryption
from {{ cookiecutter.project_slug }}.core.db import db

from .inside import rows
from .people import add_user

OWNER = "bob@example.com"
TEXT = b"what only the app may read"
UNREADABLE = b"encrypted under a key that nobody has"


def encrypt(app: Flask) -> None:
    """Encrypt a text for an account of its own, under the key of an app."""
    with app.app_context():
        if accounts.find(OWNER) is None:
            add_user(OWNER, name="Bob")
        owner = accounts.find(OWNER)
        assert owner is not None
        owner.totp_secret = encryption.encrypt(TEXT, owner=owner.public_id)
        db.session.commit()


def encrypted(app: Flask) -> bytes:
    (row,) = rows(app, f"SELECT totp_secret FROM users WHERE email = '{OWNER}'")
    return bytes(row["totp_secret"])


def can_read(app: Flask) -> bool:
    """Tell whether an app can read what is encrypted for the account."""
    (row,) = rows(app, f"SELECT public_id FROM users WHERE email = '{OWNER}'")
    with app.app_context():
        try:
            return encryption.decrypt(encrypted(app), owner=row["public_id"]) == TEXT
        except encryption.Unreadable:
            return False
