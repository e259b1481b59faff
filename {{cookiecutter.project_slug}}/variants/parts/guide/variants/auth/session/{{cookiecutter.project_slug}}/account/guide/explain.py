"""Explain the session cookie: a random token, and the row that it finds."""

from ...auth import sessions
from ...auth.sessions import store
from ...auth.sessions.limits import absolute_limit, idle_limit
from .facts import Explanation, masked

KIND = "session"
COOKIES = ("session",)


def explain(name: str, text: str) -> Explanation:
    """Say what the server holds for a token, and whether it still accepts it."""
    cookie = {"token": masked(text)}
    found = store.find(text)
    if found is None:
        return Explanation(shown=masked(text), cookie=cookie)
    stored, user = found
    server = stored._asdict() | {"token_hash": masked(stored.token_hash.hex())}
    del server["user_id"]
    if user is not None:
        server["user"] = user.public_id
        server["session_epoch"] = user.session_epoch
        server["disabled_at"] = user.disabled_at
    return Explanation(
        shown=masked(text),
        is_live=sessions.is_alive(stored, user),
        cookie=cookie,
        server=server,
        ends={
            "idle_end": stored.seen_at + idle_limit(stored.remembered),
            "absolute_end": stored.created_at + absolute_limit(stored.remembered),
        },
        lifetime=absolute_limit(remembered=True) if stored.remembered else None,
    )
