"""Recognise browsers that an account was used in, by a random cookie (OWASP device cookies).

A known browser has its own login limit, which an attacker who guesses passwords elsewhere
cannot use up. The cookie grants no access: a thief who copies it gets no more guesses than others.
"""

from datetime import datetime, timedelta

from flask import has_request_context, request
from sqlalchemy import (
    Connection,
    UniqueConstraint,
    bindparam,
    case,
    delete,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response

from ..config import settings
from ..core import throttle
from ..core.db import Base, OwnerId, TokenHash, UTCDateTime, db, now, read_one, writing
from ..core.db.cleanup import delete_all_expired
from ..core.tokens import hash_token, new_token
from ..models import User
from .parts import all_parts
from .sessions.limits import Login

KNOWN_FOR = timedelta(days=180)
BROWSERS_PER_ACCOUNT = 10


class KnownBrowser(Base):
    """Hold one browser of an account. Only a hash of its cookie is stored."""

    __tablename__ = "known_browsers"
    __table_args__ = (UniqueConstraint("token_hash", "user_id"),)

    # The login limit counts by this id: it stays the same when the browser gets a new cookie.
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[OwnerId]
    token_hash: Mapped[TokenHash]
    used_at: Mapped[datetime] = mapped_column(index=True)


# Built once: to build a statement of each login anew takes about as long as to run it.
_OWN = KnownBrowser.user_id == bindparam("own")
_HELD = KnownBrowser.token_hash == bindparam("held")
# In id order: two accounts that share two browsers could deadlock.
_LOCK = (
    select(User.id, User.session_epoch)
    .where((User.id == bindparam("own")) | User.id.in_(select(KnownBrowser.user_id).where(_HELD)))
    .order_by(User.id)
    .with_for_update()
)
_MOVE = (
    update(KnownBrowser)
    .where(_HELD)
    .values(
        token_hash=bindparam("hash"),
        used_at=case((_OWN, bindparam("moment", type_=UTCDateTime())), else_=KnownBrowser.used_at),
    )
    .returning(KnownBrowser.id, KnownBrowser.user_id)
)
_ADD = insert(KnownBrowser).returning(KnownBrowser.id)
_OTHERS = (_OWN, KnownBrowser.id != bindparam("browser"))
_DROP = delete(KnownBrowser).where(
    *_OTHERS,
    KnownBrowser.id.not_in(
        select(KnownBrowser.id)
        .where(*_OTHERS)
        .order_by(KnownBrowser.used_at.desc(), KnownBrowser.id.desc())
        .limit(BROWSERS_PER_ACCOUNT - 1)
    ),
)


def find(email: str) -> int | None:
    """Return the id of this browser if the account with that address knows it.

    The statement is the same whether the account exists or not (ASVS 6.3.8).
    """
    if request.cookies.get(_name()) is None:
        return None
    known = select(KnownBrowser.id).join(User, User.id == KnownBrowser.user_id)
    mine = (KnownBrowser.token_hash == _held(), KnownBrowser.used_at > now() - KNOWN_FOR)
    row = read_one(known.where(*mine, User.email == email), {})
    return row[0] if row else None


def remember(user: User, response: Response) -> Response:
    """Remember this browser for an account whose login or reset has been committed.

    The cookie gets a new value each time, so a copy of the old one is useless. If the password
    changes during the login, the browser stays unknown.
    """
    token, held = new_token(), _held()
    login = Login.of(user)
    # Reading a raised epoch begins a transaction, which would block the next one (SQLite).
    db.session.commit()
    with writing() as connection:
        if not _lock(connection, login, held):
            return response
        browser = _move(connection, login, held, hash_token(token))
        if browser is None:
            browser = _add(connection, login, hash_token(token))
        throttle.forgive(throttle.login_key(user.email, browser), within=connection)
    response.set_cookie(_name(), token, max_age=KNOWN_FOR, **settings().cookie_attributes)
    return response


def forget(user: User | None, *, keep_current: bool) -> None:
    """Forget the browsers of an account, or of all, and what parts of it let them do.

    This joins the caller's transaction, which has locked the account's row.
    """
    others = KnownBrowser.token_hash != (_held() if keep_current else b"")
    mine = KnownBrowser.user_id == user.id if user else true()
    db.session.execute(delete(KnownBrowser).where(mine, others))
    for part in all_parts():
        if part.forget_browsers:
            part.forget_browsers(user, keep_current)


def purge() -> int:
    """Delete browsers whose cookies have expired; return how many."""
    return delete_all_expired(KnownBrowser, KnownBrowser.used_at <= now() - KNOWN_FOR)


def _lock(connection: Connection, login: Login, held: bytes) -> bool:
    """Lock all accounts that know this browser; False if the login's account has changed.

    Always lock accounts before browsers.
    """
    concerned = connection.execute(_LOCK, {"own": login.id, "held": held})
    epochs = {row.id: row.session_epoch for row in concerned}
    return epochs.get(login.id) == login.epoch


def _move(connection: Connection, login: Login, held: bytes, token_hash: bytes) -> int | None:
    """Give the browser its new cookie in all its accounts; return its id in the login's account."""
    values = {"own": login.id, "held": held, "hash": token_hash, "moment": now()}
    rows = connection.execute(_MOVE, values).all()
    return next((row.id for row in rows if row.user_id == login.id), None)


def _add(connection: Connection, login: Login, token_hash: bytes) -> int:
    """Add a browser to an account; drop the least recently used ones."""
    new = {"user_id": login.id, "token_hash": token_hash, "used_at": now()}
    browser: int = connection.execute(_ADD, new).scalar_one()
    connection.execute(_DROP, {"own": login.id, "browser": browser})
    return browser


def _held() -> bytes:
    """Return the hash of this browser's cookie; without a cookie, it matches no row."""
    return hash_token(request.cookies.get(_name(), "") if has_request_context() else "")


def _name() -> str:
    return settings().cookie_name("browser")
