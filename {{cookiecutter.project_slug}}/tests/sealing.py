"""Encrypt something for an account as the app does, and see whether it can be read."""

from flask import Flask

from {{ cookiecutter.project_slug }} import accounts, vault
from {{ cookiecutter.project_slug }}.db import db

from .inside import rows
from .people import add_user

OWNER = "bob@example.com"
TEXT = b"what only the app may read"
# It names a key that nobody has.
SEALED = b"\x01" + b"no key's" + b"nonce of 12." + b"text and tag, sixteen more"


def seal(app: Flask) -> None:
    """Encrypt a text for an account of its own, under the key of an app."""
    with app.app_context():
        if accounts.find(OWNER) is None:
            add_user(OWNER, name="Bob")
        owner = accounts.find(OWNER)
        assert owner is not None
        owner.totp_secret = vault.seal(TEXT, owner=owner.public_id)
        db.session.commit()


def sealed(app: Flask) -> bytes:
    (row,) = rows(app, f"SELECT totp_secret FROM users WHERE email = '{OWNER}'")
    return bytes(row["totp_secret"])


def opens(app: Flask) -> bool:
    """Tell whether an app can read what is encrypted for the account."""
    (row,) = rows(app, f"SELECT public_id FROM users WHERE email = '{OWNER}'")
    with app.app_context():
        try:
            return vault.open_sealed(sealed(app), owner=row["public_id"]) == TEXT
        except vault.Unreadable:
            return False
