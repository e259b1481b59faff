"""Read tokens as an attacker can, and forge some with our key or with another one."""

import hashlib
from collections.abc import Callable
from typing import Any

from itsdangerous import TimestampSigner

from .http import AUTH, Browser
from .settings import KEY


def forge(
    fields: list[Any],
    *,
    key: str = KEY,
    salt: str = "auth-cookie",
    digest: Callable[..., Any] = hashlib.sha256,
    derivation: str = "hmac",
) -> str:
    signer = TimestampSigner(key, salt=salt, key_derivation=derivation, digest_method=digest)
    return signer.sign(said(fields)).decode()


def said(fields: list[Any]) -> str:
    """Return the text of a token without time and signature."""
    return ".".join(map(str, fields))


def fields(client: Browser) -> list[Any]:
    """Return the fields of a browser's token: it is signed, not encrypted."""
    sid, user, *numbers, _when, _signature = client.jar()[AUTH].split(".")
    return [sid, user, *map(int, numbers)]


def holder(client: Browser, text: str) -> Browser:
    """Return another browser that holds this token."""
    other = Browser(client.application)
    other.keep({AUTH: text})
    return other
