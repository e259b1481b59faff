"""Write and read the signed token that a browser carries (itsdangerous, HMAC-SHA-256).

It can be read by whoever holds it and changed by nobody: it carries no name and no
address, only what the server needs to find the user and judge the token's age.
"""

import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from itsdangerous import BadData, TimestampSigner

from ...config import settings

# Apart from every other use of the secret key: no token can pass for another kind.
SALT = b"auth-cookie"
# 256 bits in base64, where the last letter has two bits to spare. Python would take others
# there, and junk in between: one token would have several texts, and whatever knows tokens
# by their text would miss some. All that comes before the signature is signed as text.
SIGNATURE = re.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


class Token(NamedTuple):
    """Say who was signed in, when, and for how long; times in seconds since 1970."""

    sid: str
    user: str
    epoch: int
    login_at: int
    authenticated_at: int
    remembered: bool

    @property
    def began_at(self) -> datetime:
        return datetime.fromtimestamp(self.login_at, UTC)


def new_sid() -> str:
    return secrets.token_hex(16)


def sign(token: Token) -> str:
    *texts, remembered = token
    said = ".".join(map(str, [*texts, int(remembered)]))
    return _signer().sign(said).decode("ascii")


def read(text: str) -> tuple[Token, datetime] | None:
    """Return a token and when it was signed; None unless we signed just this text."""
    if not SIGNATURE.fullmatch(text.rpartition(".")[2]):
        return None
    try:
        said, signed_at = _signer().unsign(text, return_timestamp=True)
        sid, user, *numbers = said.decode("ascii").split(".")
        epoch, login_at, authenticated_at, remembered = map(int, numbers)
    except (BadData, ValueError):
        return None
    return Token(sid, user, epoch, login_at, authenticated_at, bool(remembered)), signed_at


def _signer() -> TimestampSigner:
    known = settings()
    # Oldest first: all of them verify, the last one signs.
    return _make_signer((*reversed(known.secret_key_fallbacks), known.secret_key))


@cache
def _make_signer(keys: tuple[str, ...]) -> TimestampSigner:
    # Derived here, once, and not again for each token.
    derived = [hmac.digest(key.encode(), SALT, "sha256") for key in keys]
    return TimestampSigner(derived, key_derivation="none", digest_method=hashlib.sha256)
