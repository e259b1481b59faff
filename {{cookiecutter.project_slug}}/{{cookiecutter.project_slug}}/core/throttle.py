"""Slow guessing down: counters in the database, exact across threads and workers."""

import hashlib
import logging
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import Connection, String, case, delete
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.exceptions import TooManyRequests

from ..config import settings
from .account import Named
from .db import Base, db, now, upsert
from .environ import Rate

# How far the clocks of hosts, and attempts that wait for one another, may be apart.
CLOCKS_DIFFER_BY = timedelta(minutes=1)
logger = logging.getLogger(__name__)


class Throttle(Base):
    """Count attempts within a window; the key is a hash, not an address."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)


def login_key(email: str, browser: int | None = None) -> str:
    """Return what logins are counted by: the account, and the browser if the account knows it."""
    return f"login as {email}" if browser is None else f"login as {email} in {browser}"


def code_key(user: Named) -> str:
    """Return what codes are counted by, which only the right password leads to."""
    return f"code of {user.public_id}"


def confirm_key(user: Named) -> str:
    """Return what proofs of a signed-in user are counted by: strangers have no share in it."""
    return f"confirm as {user.public_id}"


def count_guess(key: str, address: str) -> None:
    """Count a guess at a password or code, right or wrong; raise TooManyRequests (429)."""
    # The network first: one that is over its limit locks no account.
    count_address(address)
    _count(key, settings().login_attempts_per_account, address)


def count_address(address: str) -> None:
    """Count what costs as much as a login, by network; raise TooManyRequests (429)."""
    limit = settings().login_attempts_per_address
    _count(f"login from {network(address)}", limit, address)


def count_opening(address: str) -> None:
    """Count a mailed link that is opened; raise TooManyRequests (429).

    By itself, or the scanner of a mail host would keep people there from logging in.
    """
    limit = settings().login_attempts_per_address
    _count(f"link from {network(address)}", limit, address)


def count_mail(address: str) -> None:
    """Count a mail that a form asks for; raise TooManyRequests (429).

    The network alone: a limit for the recipient would let a stranger use it up and keep
    the owner from a reset (see core/mail/pauses.py for what spares the mailbox).
    """
    _count(f"mail from {network(address)}", settings().mails_per_address, address)


def forgive(key: str, *, within: Session | Connection | None = None) -> None:
    """Start a count anew, in the caller's transaction."""
    (within or db.session).execute(delete(Throttle).where(Throttle.key == _hash(key)))


def network(address: str) -> str:
    """Return what counts as one address: an IPv6 host owns a whole /64."""
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
    """Count one more, in one statement and one transaction of its own.

    The attempt is counted before its outcome is known: attempts made in
    parallel cannot slip through between a look and a write.
    """
    moment = now()
    ends_at = moment + timedelta(seconds=limit.seconds)
    # A window that ends too far ahead began before the clock was set back: it is over too.
    over = (Throttle.ends_at <= moment) | (Throttle.ends_at > ends_at + CLOCKS_DIFFER_BY)
    first = upsert(Throttle).values(key=_hash(key), count=1, ends_at=ends_at)
    statement = first.on_conflict_do_update(
        index_elements=[Throttle.key],
        set_={
            "count": case((over, 1), else_=Throttle.count + 1),
            "ends_at": case((over, ends_at), else_=Throttle.ends_at),
        },
    ).returning(Throttle.count, Throttle.ends_at)
    with db.engine.begin() as connection:
        count, ends_at = connection.execute(statement).one()
    if count > limit.count:
        # Log the kind of key only: nobody has proved to own the address in it.
        logger.warning("too many: %s, from %s", " ".join(key.split()[:2]), address or "-")
        wait = max(1, round((ends_at - moment).total_seconds()))
        raise TooManyRequests(retry_after=wait)


def _hash(key: str) -> str:
    # The table keeps no address of people who merely mistyped or have no account.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
