"""Limit guessing: counters in the database, exact across threads and workers."""

import hashlib
import logging
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import Connection, String, bindparam, delete, text
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.exceptions import TooManyRequests

from ..config import settings
from .audit import Named, client_address
from .db import Base, UTCDateTime, db, now
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


# As text: each login runs it twice, and building it took longer than running it.
# A window that ends too far ahead began before the clock was set back: it has expired too.
_COUNT = (
    text("""
        INSERT INTO throttles ("key", count, ends_at) VALUES (:hash, 1, :end)
        ON CONFLICT ("key") DO UPDATE SET
            count = CASE WHEN throttles.ends_at <= :now OR throttles.ends_at > :latest
                THEN 1 ELSE throttles.count + 1 END,
            ends_at = CASE WHEN throttles.ends_at <= :now OR throttles.ends_at > :latest
                THEN excluded.ends_at ELSE throttles.ends_at END
        RETURNING count, ends_at
    """)
    .bindparams(*(bindparam(name, type_=UTCDateTime()) for name in ("now", "end", "latest")))
    .columns(Throttle.count, Throttle.ends_at)
)
# Straight at the table: a session has nothing to synchronise.
_FORGIVE = delete(Base.metadata.tables["throttles"]).where(Throttle.key == bindparam("hash"))


def login_key(email: str, browser: int | None = None) -> str:
    """Return the key for logins: the account, and the browser if the account knows it."""
    return f"login as {email}" if browser is None else f"login as {email} in {browser}"


def code_key(user: Named) -> str:
    """Return the key for codes, which the app asks for only after the right password."""
    return f"code of {user.public_id}"


def confirm_key(user: Named) -> str:
    """Return the key for confirmations by a signed-in user: strangers cannot use it up."""
    return f"confirm as {user.public_id}"


def count_guess(key: str) -> None:
    """Count a guess at a password or code, right or wrong; raise TooManyRequests (429)."""
    # The network first: a network over its limit must not lock accounts.
    count_address()
    _count(key, settings().login_attempts_per_account)


def count_address() -> None:
    """Count a request as costly as a login, by network; raise TooManyRequests (429)."""
    _count(f"login from {network(client_address())}", settings().login_attempts_per_address)


def count_opening(what: str = "link") -> None:
    """Count a link or page that is opened and stores a row; raise TooManyRequests (429).

    Separate from logins: a mail host's scanner must not keep its users from logging in.
    """
    _count(f"{what} from {network(client_address())}", settings().login_attempts_per_address)


def count_mail() -> None:
    """Count a mail that a form asks for; raise TooManyRequests (429).

    By network only: an attacker could use up a limit per recipient and keep the owner from
    a reset (core/mail/outbox.py protects the mailbox).
    """
    _count(f"mail from {network(client_address())}", settings().mails_per_address)


def forgive(key: str, *, within: Session | Connection | None = None) -> None:
    """Reset a counter, in the caller's transaction."""
    (within or db.session).execute(_FORGIVE, {"hash": hash_key(key)})


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


def _count(key: str, limit: Rate) -> None:
    """Count an attempt, in one statement and its own transaction.

    Count before the outcome is known: parallel attempts cannot slip through
    between a read and a write.
    """
    moment = now()
    ends_at = moment + timedelta(seconds=limit.seconds)
    values = {"hash": hash_key(key), "now": moment, "end": ends_at}
    values["latest"] = ends_at + CLOCKS_DIFFER_BY
    with db.engine.begin() as connection:
        count, ends_at = connection.execute(_COUNT, values).one()
    if count > limit.count:
        # Log only the kind of key: the address in it is not confirmed.
        kind = " ".join(key.split()[:2])
        logger.warning("too many: %s, from %s", kind, client_address() or "-")
        wait = max(1, round((ends_at - moment).total_seconds()))
        raise TooManyRequests(retry_after=wait)


def hash_key(key: str) -> str:
    """Return the form in which a key is stored."""
    # A hash: the table keeps no addresses of people who mistyped or have no account.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
