"""Keep sessions in a table of their own.

Every write uses a connection that the caller passes: saving a session must neither commit
nor roll back the view's own transaction.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Text, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ...core import audit
from ...core.db import Base, OwnerId, PublicId, TokenHash, now, read_one, write_unless_busy
from ...core.tokens import hash_token, new_id, new_token
from ...models import User
from .limits import Login, idle_limit


class StoredSession(Base):
    """Hold one browser's session. The token itself is never stored.

    An attacker who reads the table or a backup finds hashes; a cookie needs the token itself.
    """

    __tablename__ = "sessions"

    token_hash: Mapped[TokenHash] = mapped_column(primary_key=True)
    # Names the session on pages and in the audit trail; grants no access.
    handle: Mapped[PublicId]
    # None for a visitor, whose session may keep a flash message or an opened link.
    user_id: Mapped[OwnerId | None]
    epoch: Mapped[int | None]
    data: Mapped[str] = mapped_column(Text)
    remembered: Mapped[bool]
    created_at: Mapped[datetime]
    authenticated_at: Mapped[datetime | None]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    address: Mapped[audit.Address] = mapped_column(default=audit.client_address)
    client: Mapped[audit.Client] = mapped_column(default=audit.client_name)


class Stored(NamedTuple):
    """Hold a row's values as they were read, independent of the ORM's objects."""

    token_hash: bytes
    handle: str
    user_id: int | None
    epoch: int | None
    data: str
    remembered: bool
    created_at: datetime
    authenticated_at: datetime | None
    seen_at: datetime


_LOAD = (
    select(*(getattr(StoredSession, name) for name in Stored._fields), User)
    .outerjoin(User, User.id == StoredSession.user_id)
    .where(StoredSession.token_hash == bindparam("token_hash"))
)


def find(token: str) -> tuple[Stored, User | None] | None:
    """Return the session of a token and its user, both by one query."""
    row = read_one(_LOAD, {"token_hash": hash_token(token)})
    if row is None:
        return None
    return Stored(*row[:-1]), row[-1]


def add(connection: Connection, data: str, login: Login | None = None) -> tuple[str, str]:
    """Store a new session, a visitor's unless there is a login; return token and handle."""
    token, handle, moment = new_token(), new_id(), now()
    row = {
        "token_hash": hash_token(token),
        "handle": handle,
        "user_id": login.id if login else None,
        "epoch": login.epoch if login else None,
        "data": data,
        "remembered": login is not None and login.remembered,
        "created_at": moment,
        "authenticated_at": moment if login and login.proved else None,
        "seen_at": moment,
    }
    connection.execute(insert(StoredSession), row)
    return token, handle


def keep_newest(
    connection: Connection, user_id: int, count: int, expired: ColumnElement[bool]
) -> None:
    """End the oldest sessions of a user, except the newest `count`."""
    owned = StoredSession.user_id == user_id
    # An idle session that is still in the table must not push out one that is in use.
    newest = (
        select(StoredSession.token_hash)
        .where(owned, ~expired)
        .order_by(StoredSession.created_at.desc(), StoredSession.token_hash)
        .limit(count)
    )
    doomed = delete(StoredSession).where(owned, StoredSession.token_hash.not_in(newest))
    connection.execute(doomed)


def remove(connection: Connection, stored: Stored) -> bool:
    """Delete a session, even if its token has changed; False if it is gone."""
    named = StoredSession.handle == stored.handle
    return bool(connection.execute(delete(StoredSession).where(named)).rowcount)


def renew(connection: Connection, stored: Stored, data: str, *, proved: bool) -> str | None:
    """Give a session a new token; None if it has ended meanwhile."""
    token, moment = new_token(), now()
    proof = moment if proved else stored.authenticated_at
    values = {"token_hash": hash_token(token), "authenticated_at": proof, "seen_at": moment}
    # Not if sessions were to end, and the caller's transaction failed.
    same = (_is(stored), StoredSession.epoch == stored.epoch)
    renewed = update(StoredSession).where(*same).values(data=data, **values)
    return token if connection.execute(renewed).rowcount else None


def write(connection: Connection, stored: Stored, data: str) -> None:
    """Save data; a row that was deleted meanwhile stays deleted."""
    connection.execute(update(StoredSession).where(_is(stored)).values(data=data, seen_at=now()))


def touch(stored: Stored) -> None:
    """Update the time of last use, unless that would have to wait for a lock."""
    write_unless_busy(update(StoredSession).where(_is(stored)).values(seen_at=now()))


def expired() -> ColumnElement[bool]:
    """Match sessions idle for too long.

    Sessions past the absolute limit are rejected and soon idle, so testing idleness is enough.
    """
    moment = now()
    remembered = StoredSession.seen_at <= moment - idle_limit(remembered=True)
    others = StoredSession.seen_at <= moment - idle_limit(remembered=False)
    return remembered | (others & ~StoredSession.remembered)


def _is(stored: Stored) -> ColumnElement[bool]:
    return StoredSession.token_hash == stored.token_hash
