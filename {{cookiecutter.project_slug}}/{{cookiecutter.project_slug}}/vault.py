"""Encrypt what must be read again: AES-256-GCM under a key derived from SECRET_KEY.

A sealed text begins with a version and the name of its key, so that keys can be told
apart while they are changed: the newest seals, SECRET_KEY_FALLBACKS open as well.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import ColumnElement, LargeBinary, func, select, update

from .config import settings
from .db import db
from .models import User

VERSION = b"\x01"
KEY_BYTES = 32
NAME_BYTES = 8
HEAD_BYTES = len(VERSION) + NAME_BYTES
NONCE_BYTES = 12
START = HEAD_BYTES + NONCE_BYTES
# Rows that one transaction re-encrypts: whoever else writes waits for no more.
BATCH = 100


class Unreadable(Exception):
    """Say why a sealed text cannot be opened, and the cure."""


def seal(text: bytes, *, owner: str) -> bytes:
    """Encrypt a text for its owner; copied into another's row it cannot be opened."""
    head, key = _derive(settings().secret_key)
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + AESGCM(key).encrypt(nonce, text, _bound(head, owner))


def open_sealed(sealed: bytes, *, owner: str) -> bytes:
    """Return the text that was sealed for this owner, or raise Unreadable."""
    head, nonce, rest = sealed[:HEAD_BYTES], sealed[HEAD_BYTES:START], sealed[START:]
    key = dict([*_fallbacks(), _derive(settings().secret_key)]).get(head)
    if key is None:
        raise Unreadable(
            "its key is neither SECRET_KEY nor among SECRET_KEY_FALLBACKS: "
            "put it back there, or restart if it is there (see docs/keys.md)"
        )
    try:
        return AESGCM(key).decrypt(nonce, rest, _bound(head, owner))
    except (InvalidTag, ValueError):
        raise Unreadable("it was changed, or sealed for somebody else") from None


def reseal_all() -> tuple[int, list[str]]:
    """Bring all that is sealed under the current key; return how much, and whose is unreadable.

    It may be run again, and while the app runs: what has changed meanwhile is left alone.
    """
    done, unreadable, last_id = 0, list[str](), 0
    head, _ = _derive(settings().secret_key)
    columns = select(User.id, User.public_id, User.email, User.totp_secret)
    others = columns.where(_head() != head).order_by(User.id).limit(BATCH)
    while rows := db.session.execute(others.where(User.id > last_id)).all():
        for last_id, owner, email, sealed in rows:
            try:
                text = open_sealed(sealed or b"", owner=owner)
            except Unreadable:
                unreadable.append(email)
                continue
            same = update(User).where(User.id == last_id, User.totp_secret == sealed)
            changed = same.values(totp_secret=seal(text, owner=owner)).returning(User.id)
            done += db.session.scalar(changed) is not None
        db.session.commit()
    # The last SELECT, which found nothing more, has begun a transaction too.
    db.session.commit()
    return done, unreadable


def count_under_old_keys() -> int:
    """Count what could not be opened any more if SECRET_KEY_FALLBACKS were emptied."""
    old = dict(_fallbacks()).keys() - {_derive(settings().secret_key)[0]}
    under_them = select(func.count()).select_from(User).where(_head().in_(old))
    count = db.session.scalar(under_them) or 0
    db.session.commit()
    return count


def _fallbacks() -> list[tuple[bytes, bytes]]:
    return [_derive(key) for key in settings().secret_key_fallbacks]


def _derive(secret_key: str) -> tuple[bytes, bytes]:
    """Return how texts sealed under a secret key begin, and the key that seals them."""
    length = KEY_BYTES + NAME_BYTES
    made = HKDF(algorithm=SHA256(), length=length, salt=None, info=b"vault")
    derived = made.derive(secret_key.encode())
    # The name comes after the key in the stream: it tells nothing of it.
    return VERSION + derived[KEY_BYTES:], derived[:KEY_BYTES]


def _bound(head: bytes, owner: str) -> bytes:
    """Return what is authenticated with a text: the name of its key, and its owner."""
    return head + owner.encode()


def _head() -> ColumnElement[bytes | None]:
    return func.substr(User.totp_secret, 1, HEAD_BYTES, type_=LargeBinary())
