"""Tell live sessions from the audit trail: there is no other list of them."""

from sqlalchemy import exists, select

from ..db import db, now
from ..models import Event, User
from .ended import EndedSession
from .limits import ActiveSession, absolute_limit, is_over
from .tokens import Token

KINDS = ("login", "session_renewed")


def live_tokens(user: User) -> list[tuple[Token, Event]]:
    """Return what is known of tokens that would still be accepted, latest first.

    One that its browser dropped, or left idle, cannot be told from one in use.
    """
    since = now() - absolute_limit(remembered=True)
    sid = Event.detail["session"].as_string()
    rows = db.session.scalars(
        select(Event)
        .where(Event.user_id == user.id, Event.kind.in_(KINDS), Event.at > since)
        .where(Event.detail["epoch"].as_integer() == user.session_epoch)
        .where(~exists().where(EndedSession.sid == sid))
        .order_by(Event.id.desc())
    )
    found = [(_token(user, row), row) for row in rows]
    return [(t, row) for t, row in found if not is_over(t.began_at, t.remembered)]


def describe(token: Token, event: Event, current_sid: str | None) -> ActiveSession:
    return ActiveSession(
        handle=token.sid,
        client=event.client,
        address=event.address,
        first_seen=token.began_at,
        last_seen=None,
        current=token.sid == current_sid,
    )


def _token(user: User, event: Event) -> Token:
    detail = event.detail
    return Token(
        sid=detail["session"],
        user=user.public_id,
        epoch=detail["epoch"],
        login_at=detail["login_at"],
        proved_at=int(event.at.timestamp()),
        remembered=detail["remembered"],
    )
