"""Tell which sessions have ended before their tokens expire, and which are live.

The first are in a short list. The only list of the others is the audit trail.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, String, bindparam, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ...core.audit import Event
from ...core.db import Base, db, now, read_one, upsert
from ...models import User
from .limits import Login, is_over, longest_life
from .tokens import Token

# The events that begin or renew a session.
KINDS = ("login", "session_rotated")
# Time, browser, address and details of such an event.
Seen = Row[datetime, str, str, dict[str, Any]]


class EndedSession(Base):
    """Name a session that must not be accepted again, until its absolute end."""

    __tablename__ = "ended_sessions"

    sid: Mapped[str] = mapped_column(String(32), primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)


_LOAD = select(User, exists().where(EndedSession.sid == bindparam("sid"))).where(
    User.public_id == bindparam("user")
)
_IS_LIVE = select(User.id).where(
    User.public_id == bindparam("user"),
    User.session_epoch == bindparam("epoch"),
    ~exists().where(EndedSession.sid == bindparam("sid")),
)
_BEGUN = (
    select(Event.at, Event.client, Event.address, Event.detail)
    .where(
        Event.user_id == bindparam("user_id"),
        Event.kind.in_(KINDS),
        Event.at > bindparam("since"),
        Event.detail["epoch"].as_integer() == bindparam("epoch"),
        ~exists().where(EndedSession.sid == Event.detail["session"].as_string()),
    )
    .order_by(Event.id.desc())
)


def find(token: Token) -> tuple[User, bool] | None:
    """Return a token's user and whether its session was ended, by one query."""
    row = read_one(_LOAD, {"sid": token.sid, "user": token.user})
    return (row[0], row[1]) if row else None


def add(within: Session | Connection, sid: str, began_at: datetime) -> bool:
    """Put a session on the list; False if a parallel request already has."""
    # Remembered or not, the longer limit covers both.
    ends_at = began_at + longest_life()
    row = upsert(EndedSession).values(sid=sid, ends_at=ends_at)
    added = within.execute(row.on_conflict_do_nothing().returning(EndedSession.sid))
    return added.first() is not None


def is_listed(sid: str) -> bool:
    return bool(db.session.scalar(select(exists().where(EndedSession.sid == sid))))


def is_live(token: Token) -> bool:
    """Tell whether a session that was live when it was loaded still is."""
    values = {"sid": token.sid, "user": token.user, "epoch": token.epoch}
    # On a separate connection: the view's may hold work that must not be saved. A read need
    # not wait for SQLite's one writer.
    with db.engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
        return connection.execute(_IS_LIVE, values).first() is not None


def expired() -> ColumnElement[bool]:
    """Match entries whose tokens have expired."""
    return EndedSession.ends_at <= now()


def live_tokens(within: Session | Connection, owner: Login) -> list[tuple[Token, Seen]]:
    """Return the tokens that the app would still accept, each with its event, latest first.

    A token that its browser dropped, or left idle, looks like one in use.
    """
    values = {"user_id": owner.id, "epoch": owner.epoch, "since": now() - longest_life()}
    rows = within.execute(_BEGUN, values)
    found = [(_token(owner, seen), seen) for seen in rows]
    return [(t, seen) for t, seen in found if not is_over(t.began_at, t.remembered)]


def _token(owner: Login, seen: Seen) -> Token:
    return Token(
        sid=seen.detail["session"],
        user=owner.public_id,
        epoch=seen.detail["epoch"],
        login_at=seen.detail["login_at"],
        authenticated_at=int(seen.at.timestamp()),
        remembered=seen.detail["remembered"],
    )
