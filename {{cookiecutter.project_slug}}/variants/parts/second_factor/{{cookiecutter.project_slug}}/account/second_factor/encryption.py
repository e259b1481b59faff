"""Encrypt secrets that the app must read again, with Fernet and a key derived from SECRET_KEY.

SECRET_KEY encrypts; SECRET_KEY_FALLBACKS decrypt as well.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ...config import settings

KEY_BYTES = 32
SEPARATOR = b"\0"


class Unreadable(Exception):
    """Say why a text cannot be decrypted, and how to fix it."""


def encrypt(text: bytes, *, owner: str) -> bytes:
    """Encrypt a text for its owner; copied into another account's row, it is refused."""
    return _fernet(_keys()).encrypt(owner.encode() + SEPARATOR + text)


def decrypt(token: bytes, *, owner: str) -> bytes:
    """Return the text that was encrypted for this owner, or raise Unreadable."""
    try:
        found, _, text = _fernet(_keys()).decrypt(token).partition(SEPARATOR)
    except InvalidToken:
        raise Unreadable(
            "its key is neither SECRET_KEY nor among SECRET_KEY_FALLBACKS, or it was changed: "
            "put the key back there, or restart if it is there (see docs/keys.md)"
        ) from None
    if found != owner.encode():
        raise Unreadable("it was encrypted for another account")
    return text


def rotate(token: bytes, keys: Sequence[str]) -> bytes:
    """Re-encrypt a token under the first of the keys, or raise Unreadable."""
    try:
        return _fernet(tuple(keys)).rotate(token)
    except InvalidToken:
        raise Unreadable("its key is none of these, or it was changed") from None


def _keys() -> tuple[str, ...]:
    known = settings()
    return known.secret_key, *known.secret_key_fallbacks


@cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derive(key)) for key in keys])


def _derive(secret_key: str) -> bytes:
    # A separate key for this use: no text of another kind can pass for this one.
    derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"encryption")
    return urlsafe_b64encode(derive.derive(secret_key.encode()))
