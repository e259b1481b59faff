"""Read tokens as anybody can, and make some as we would, or nearly so."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable
from typing import Any

from itsdangerous import URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode

from .browser import Browser
from .conftest import KEY

COOKIE = "__Host-auth"


def forge(
    fields: list[Any],
    *,
    key: str = KEY,
    salt: str = "auth-cookie",
    digest: Callable[..., Any] = hashlib.sha256,
    derivation: str = "hmac",
) -> str:
    options = {"key_derivation": derivation, "digest_method": digest}
    return str(URLSafeTimedSerializer(key, salt, signer_kwargs=options).dumps(fields))


def fields(client: Browser) -> list[Any]:
    """Return what the browser's token says: it is signed, not hidden."""
    text = client.jar()[COOKIE]
    payload = base64_decode(text.removeprefix(".").split(".")[0])
    found: list[Any] = json.loads(
        zlib.decompress(payload) if text.startswith(".") else payload
    )
    return found


def holder(client: Browser, text: str) -> Browser:
    """Return another browser that holds a token of this text."""
    other = Browser(client.application)
    other.keep({COOKIE: text})
    return other
