"""Make the random texts of cookies, links and rows."""

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """Return a secret of 256 random bits, for a cookie or a link."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> bytes:
    """Return the form in which a token is stored."""
    # 256 random bits need no salt and no slow hash.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def new_id() -> str:
    """Return a random id that names a row on pages and in URLs, and grants no access."""
    return secrets.token_hex(16)
