"""Find live sessions in the audit trail: there is no other list of them."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, exists, select
from sqlalchemy.orm import Session

from ...core.audit import Event
from ...core.db import now
from .ended import EndedSession
from .limits import Login, is_over, longest_life
from .tokens import Token

KINDS = ("login", "session_rotated")


class Seen(NamedTuple):
    """Hold what an event records of the session that it began or renewed."""

    at: datetime
    client: str
    address: str
    detail: dict[str, Any]


def live_tokens(within: Session | Connection, owner: Login) -> list[tuple[Token, Seen]]:
    """Return the tokens that the app would still accept, latest first.

    A token that its browser dropped, or left idle, looks like one in use.
    """
    since = now() - longest_life()
    sid = Event.detail["session"].as_string()
    rows = within.execute(
        select(Event.at, Event.client, Event.address, Event.detail)
        .where(Event.user_id == owner.id, Event.kind.in_(KINDS), Event.at > since)
        .where(Event.detail["epoch"].as_integer() == owner.epoch)
        .where(~exists().where(EndedSession.sid == sid))
        .order_by(Event.id.desc())
    )
    found = [(_token(owner, Seen(*row)), Seen(*row)) for row in rows]
    return [(t, seen) for t, seen in found if not is_over(t.began_at, t.remembered)]


def _token(owner: Login, seen: Seen) -> Token:
    detail = seen.detail
    return Token(
        sid=detail["session"],
        user=owner.public_id,
        epoch=detail["epoch"],
        login_at=detail["login_at"],
        authenticated_at=int(seen.at.timestamp()),
        remembered=detail["remembered"],
    )
