"""Write and read the signed token that a browser carries (itsdangerous, HMAC-SHA-256).

It can be read by whoever holds it and changed by nobody: it carries no name and no
address, only what the server needs to find the user and judge the token's age.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC
from datetime import datetime
from typing import NamedTuple

from itsdangerous import BadData
from itsdangerous import URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode
from itsdangerous.encoding import base64_encode

from ..config import settings

# Apart from every other use of the secret key: no token can pass for another kind.
SALT = "auth-cookie"


class Token(NamedTuple):
    """Say who was signed in, when, and for how long; times in seconds since 1970."""

    sid: str
    user: str
    epoch: int
    login_at: int
    proved_at: int
    remembered: bool

    @property
    def began_at(self) -> datetime:
        return datetime.fromtimestamp(self.login_at, UTC)


def new_sid() -> str:
    return secrets.token_hex(16)


def sign(token: Token) -> str:
    return str(_serializer().dumps(token))


def read(text: str) -> tuple[Token, datetime] | None:
    """Return a token and when it was signed; None unless we signed just this text."""
    if not _is_canonical(text):
        return None
    try:
        fields, signed_at = _serializer().loads(text, return_timestamp=True)
        return Token(*fields), signed_at
    except (BadData, TypeError):
        return None


def _is_canonical(text: str) -> bool:
    """Refuse other spellings of the same bytes, which base64 allows.

    The last letter of a part may differ and still decode alike: one token would
    have several texts, and whatever knows tokens by their text would miss some.
    """
    try:
        return all(
            base64_encode(base64_decode(part)) == part.encode("ascii")
            for part in text.split(".")
        )
    except (BadData, UnicodeEncodeError):
        return False


def _serializer() -> URLSafeTimedSerializer:
    limits = settings()
    return URLSafeTimedSerializer(
        # Oldest first: all of them verify, the last one signs.
        [*reversed(limits.secret_key_fallbacks), limits.secret_key],
        salt=SALT,
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
