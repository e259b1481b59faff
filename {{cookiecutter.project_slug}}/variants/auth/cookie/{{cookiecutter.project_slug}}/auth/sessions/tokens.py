"""Write and read the signed token that a browser carries (itsdangerous, HMAC-SHA-256).

The browser's user can read it but not change it: it contains no name and no address,
only what the server needs to find the user and check the token's age.
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from itsdangerous import BadData, TimestampSigner

from ...config import settings

# A separate key for this use: no token of another kind can pass for this one.
SALT = b"auth-cookie"
# 256 bits in base64, where the last letter has two spare bits. Python would accept others there,
# and junk in between: one token would have several texts, and code that compares tokens by text
# would miss some. Everything before the signature is signed as text.
SIGNATURE = re.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


class Token(NamedTuple):
    """Describe a session: its user, its times in seconds since 1970, and if it is remembered."""

    sid: str
    user: str
    epoch: int
    login_at: int
    authenticated_at: int
    remembered: bool

    @property
    def began_at(self) -> datetime:
        return datetime.fromtimestamp(self.login_at, UTC)


def sign(token: Token) -> str:
    *texts, remembered = token
    said = ".".join(map(str, [*texts, int(remembered)]))
    return _signer().sign(said).decode("ascii")


def read(text: str) -> tuple[Token, datetime] | None:
    """Return a token and when it was signed; None unless the app signed exactly this text."""
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
    # Derive the keys here, once, and not again for each token.
    derived = [hmac.digest(key.encode(), SALT, "sha256") for key in keys]
    return TimestampSigner(derived, key_derivation="none", digest_method=hashlib.sha256)
