"""Own accounts: find, authenticate, register, reset. No request, no cookie in sight.

Functions that write join the caller's transaction. No transaction is open while a
password is hashed or judged: the one writer that SQLite has would keep everybody waiting.
"""

from sqlalchemy import Connection, delete as delete_rows, or_, select, update
from sqlalchemy.exc import IntegrityError

from ..core import audit, mail, throttle
from ..core.audit import Event
from ..core.db import db
from ..core.mail.outbox import Outbox
from ..models import User
from . import links, passwords
from .links import Link


class AddressTaken(Exception):
    """Say that another account has the address by now."""


def find(email: str) -> User | None:
    return db.session.scalar(select(User).where(User.email == email.lower()))


def lock(user_id: int | None) -> User | None:
    """Read a user anew; nobody else changes the row before this transaction ends."""
    return db.session.get(User, user_id, with_for_update=True, populate_existing=True)


def lock_user(connection: Connection, user_id: int) -> bool:
    """Wait for whoever else begins or ends sessions of a user; False if the account is gone.

    All of them begin with this row: two who took it and a session's in another order
    would each wait for the other, and one of them fail.
    """
    locked = select(User.id).where(User.id == user_id).with_for_update()
    return connection.scalar(locked) is not None


def authenticate(email: str, password: str) -> User | None:
    """Return the user if the password is right; work as long without one (ASVS 6.3.8)."""
    user = find(email)
    db.session.commit()
    if user is None:
        passwords.verify_without_account(password)
        return None
    if not passwords.verify(user.password_hash, password) or user.disabled_at is not None:
        return None
    if passwords.needs_rehash(user.password_hash):
        _rehash(user, password)
    return user


def register(link: Link, name: str, password_hash: str, language: str) -> User | None:
    """Make the account a link was mailed for; None if link or address is taken."""
    if not links.use(link):
        return None
    user = User(email=link.email, name=name, password_hash=password_hash, language=language)
    return user if add(user, "registered") else None


def add(user: User, event: str) -> bool:
    """Add an account; False if another has its address, and all is rolled back."""
    db.session.add(user)
    try:
        flush_address(user)
    except AddressTaken:
        return False
    audit.record(event, user)
    return True


def flush_address(user: User) -> None:
    """Write an account's address; raise AddressTaken if another has it, and all is rolled back."""
    user_id, email = user.id, user.email
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        # Other causes, such as a sequence behind its table, are errors, and nobody's fault.
        another = select(User.id).where(User.email == email, User.id.is_distinct_from(user_id))
        if db.session.scalar(another) is None:
            raise
        raise AddressTaken from None


def change_password(user: User, password_hash: str) -> bool:
    """Replace the password unless somebody else did since `user` was read."""
    known = user.password_hash
    if lock(user.id) is None or user.password_hash != known or user.disabled_at is not None:
        return False
    user.password_hash = password_hash
    audit.record("password_changed", user)
    mail.notify(user, "password_changed")
    return True


def reset_password(link: Link, password_hash: str) -> User | None:
    """Set a new password by mailed link; None if the link has been used or is void."""
    user = lock(link.user_id)
    if user is None or user.disabled_at is not None or not links.use(link):
        return None
    user.password_hash = password_hash
    throttle.forgive(throttle.login_key(user.email))
    audit.record("password_reset", user)
    mail.notify(user, "password_changed")
    return user


def _rehash(user: User, password: str) -> None:
    """Renew a hash made with older parameters, unless the password has changed."""
    renewed = passwords.hash_password(password)
    same = update(User).where(User.id == user.id, User.password_hash == user.password_hash)
    db.session.execute(same.values(password_hash=renewed))
    db.session.commit()


def delete(user: User) -> bool:
    """Delete an account with all that is its own; False if its password has changed.

    Of it remain events that name nobody, until they are purged (see docs/privacy.md).
    """
    known = user.password_hash
    # Wait for a request that is writing an event of this user: its address has to go as well.
    if lock(user.id) is None:
        return True
    if user.password_hash != known:
        return False
    audit.record("deleted", user)
    own = Event.user_id == user.id
    db.session.execute(update(Event).where(own).values(address="", client="", detail={}))
    mails = or_(Outbox.recipient == user.email, mail.names(user))
    db.session.execute(delete_rows(Outbox).where(mails))
    links.delete_all(user)
    db.session.delete(user)
    return True
