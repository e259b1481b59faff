"""Limit guessing: counters in the database, exact across threads and workers."""

import hashlib
import logging
from datetime import datetime, timedelta
from functools import cache
from ipaddress import IPv6Address, ip_address

from sqlalchemy import Connection, String, bindparam, case, delete
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningInsert
from werkzeug.exceptions import TooManyRequests

from ..config import settings
from .audit import Named
from .db import Base, db, now, upsert
from .environ import Rate

# Allowance for hosts whose clocks differ, and for attempts that wait for one another.
CLOCKS_DIFFER_BY = timedelta(minutes=1)
logger = logging.getLogger(__name__)


class Throttle(Base):
    """Count attempts within a window; the key is a hash, not an address."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)


def login_key(email: str, browser: int | None = None) -> str:
    """Return the key for logins: the account, and the browser if the account knows it."""
    return f"login as {email}" if browser is None else f"login as {email} in {browser}"


def code_key(user: Named) -> str:
    """Return the key for codes, which the app asks for only after the right password."""
    return f"code of {user.public_id}"


def confirm_key(user: Named) -> str:
    """Return the key for confirmations by a signed-in user: strangers cannot use it up."""
    return f"confirm as {user.public_id}"


def count_guess(key: str, address: str) -> None:
    """Count a guess at a password or code, right or wrong; raise TooManyRequests (429)."""
    # The network first: a network over its limit must not lock accounts.
    count_address(address)
    _count(key, settings().login_attempts_per_account, address)


def count_address(address: str) -> None:
    """Count a request as costly as a login, by network; raise TooManyRequests (429)."""
    limit = settings().login_attempts_per_address
    _count(f"login from {network(address)}", limit, address)


def count_opening(address: str, what: str = "link") -> None:
    """Count a link or page that is opened and stores a row; raise TooManyRequests (429).

    Separate from logins: a mail host's scanner must not keep its users from logging in.
    """
    limit = settings().login_attempts_per_address
    _count(f"{what} from {network(address)}", limit, address)


def count_mail(address: str) -> None:
    """Count a mail that a form asks for; raise TooManyRequests (429).

    By network only: an attacker could use up a limit per recipient and keep the owner from
    a reset (core/mail/outbox.py protects the mailbox).
    """
    _count(f"mail from {network(address)}", settings().mails_per_address, address)


def forgive(key: str, *, within: Session | Connection | None = None) -> None:
    """Reset a counter, in the caller's transaction."""
    (within or db.session).execute(delete(Throttle).where(Throttle.key == hash_key(key)))


def network(address: str) -> str:
    """Return the network that counts as one address: an IPv6 host owns a whole /64."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return address
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(IPv6Address(int(ip) >> 64 << 64))


def _count(key: str, limit: Rate, address: str) -> None:
    """Count an attempt, in one statement and its own transaction.

    Count before the outcome is known: parallel attempts cannot slip through
    between a read and a write.
    """
    moment = now()
    ends_at = moment + timedelta(seconds=limit.seconds)
    # A window that ends too far ahead began before the clock was set back: it has expired too.
    times = {"moment": moment, "end": ends_at, "latest_end": ends_at + CLOCKS_DIFFER_BY}
    with db.engine.begin() as connection:
        statement = _counting(connection.dialect.name)
        count, ends_at = connection.execute(statement, {"hash": hash_key(key), **times}).one()
    if count > limit.count:
        # Log only the kind of key: the address in it is not confirmed.
        logger.warning("too many: %s, from %s", " ".join(key.split()[:2]), address or "-")
        wait = max(1, round((ends_at - moment).total_seconds()))
        raise TooManyRequests(retry_after=wait)


@cache
def _counting(_dialect: str) -> ReturningInsert[int, datetime]:
    """Return the statement that counts, built once: every guess runs it twice."""
    end = bindparam("end", type_=Throttle.ends_at.type)
    over = (Throttle.ends_at <= bindparam("moment")) | (Throttle.ends_at > bindparam("latest_end"))
    first = upsert(Throttle).values(key=bindparam("hash"), count=1, ends_at=end)
    counted = first.on_conflict_do_update(
        index_elements=[Throttle.key],
        set_={
            "count": case((over, 1), else_=Throttle.count + 1),
            "ends_at": case((over, end), else_=Throttle.ends_at),
        },
    )
    return counted.returning(Throttle.count, Throttle.ends_at)


def hash_key(key: str) -> str:
    """Return the form in which a key is stored."""
    # A hash: the table keeps no addresses of people who mistyped or have no account.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
