"""Explain both cookies: the signed token, and Flask's own session."""

from datetime import UTC, datetime
from typing import cast

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from ...auth.sessions import SHA256SessionInterface, ended, find_live, tokens
from ...auth.sessions.limits import absolute_limit, idle_limit
from ...core.db import now
from .facts import Explanation, masked

KIND = "cookie"
COOKIES = ("auth", "session")


def explain(name: str, text: str) -> Explanation:
    """Say what a cookie contains, what the server knows of it, and whether it accepts it."""
    return _explain_token(text) if name == "auth" else _explain_session(text)


def _explain_token(text: str) -> Explanation:
    found = tokens.read(text)
    if found is None:
        return Explanation(shown=masked(text))
    token, signed_at = found
    said, signature = _apart(text)
    cookie = token._asdict() | {
        "login_at": token.began_at,
        "authenticated_at": datetime.fromtimestamp(token.authenticated_at, UTC),
        "signed_at": signed_at,
        "signature": signature,
    }
    server: dict[str, object] = {}
    owner = ended.find(token)
    if owner is not None:
        user, server["ended"] = owner
        server |= {"session_epoch": user.session_epoch, "disabled_at": user.disabled_at}
    return Explanation(
        shown=f"{said}.{signature}",
        is_live=find_live(text) is not None,
        cookie=cookie,
        server=server,
        ends={
            "idle_end": signed_at + idle_limit(token.remembered),
            "absolute_end": token.began_at + absolute_limit(token.remembered),
        },
        lifetime=idle_limit(remembered=True) if token.remembered else None,
    )


def _explain_session(text: str) -> Explanation:
    reader = SHA256SessionInterface().get_signing_serializer(current_app)
    try:
        data, signed_at = cast(URLSafeTimedSerializer, reader).loads(text, return_timestamp=True)
    except BadData:
        return Explanation(shown=masked(text))
    said, signature = _apart(text)
    end = signed_at + current_app.permanent_session_lifetime
    return Explanation(
        shown=f"{said}.{signature}",
        is_live=now() <= end,
        cookie={"data": data, "signed_at": signed_at, "signature": signature},
        ends={"absolute_end": end},
    )


def _apart(text: str) -> tuple[str, str]:
    """Return the signed text and the masked signature: with both, a thief could sign in."""
    said, _, signature = text.rpartition(".")
    return said, masked(signature)
