"""Own accounts: find, authenticate, register, reset. Knows no request and no cookie.

Functions that write join the caller's transaction. Never hash or check a password inside a
transaction: SQLite has one writer, and every other request would wait for it.
"""

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete as delete_rows,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from ..core import audit, mail, throttle
from ..core.audit import Event
from ..core.db import db
from ..core.mail.outbox import Outbox
from ..models import User
from . import links, passwords
from .links import Link

# Built once: to build a statement of each login anew takes about as long as to run it.
_BY_EMAIL = select(User).where(User.email == bindparam("email"))
_HOLD = _BY_EMAIL.with_for_update(read=True, key_share=True, of=User)
_LOCK = select(User.id).where(User.id == bindparam("user_id")).with_for_update()


class AddressTaken(Exception):
    """Another account has taken the address."""


class AccountInUse(Exception):
    """Rows of a table of yours keep the account from being deleted."""


def find(email: str, *, hold: bool = False) -> User | None:
    """Find an account by its address; if asked to, let nobody delete it in this transaction."""
    return db.session.scalar(_HOLD if hold else _BY_EMAIL, {"email": email.lower()})


def lock(user_id: int | None) -> User | None:
    """Lock a user's row until this transaction ends, and read it again."""
    return db.session.get(User, user_id, with_for_update=True, populate_existing=True)


def lock_unchanged(user: User) -> bool:
    """Lock the row of the signed-in user; False if that user's sessions have ended meanwhile.

    If the owner reset the password, a thief at an open session must leave nothing behind.
    """
    epoch = user.session_epoch
    return lock(user.id) is not None and user.session_epoch == epoch


def lock_user(connection: Connection, user_id: int) -> bool:
    """Lock the row of a user whose sessions are about to change; False if the account is gone.

    Always lock the user row before session rows; another order can deadlock.
    """
    return connection.scalar(_LOCK, {"user_id": user_id}) is not None


def authenticate(email: str, password: str) -> User | None:
    """Return the user if the password is right; take as long for no account (ASVS 6.3.8)."""
    user = find(email)
    db.session.commit()
    if user is None or user.password_hash is None:
        passwords.verify_without_password(password)
        return None
    if not passwords.verify(user.password_hash, password) or user.disabled_at is not None:
        return None
    if passwords.needs_rehash(user.password_hash):
        _rehash(user, password)
    return user


def register(link: Link, name: str, password_hash: str, language: str) -> User | None:
    """Create the account that a link was mailed for; None if the link or address is taken."""
    if not links.use(link):
        return None
    user = User(email=link.email, name=name, password_hash=password_hash, language=language)
    return user if add(user, "registered") else None


def add(user: User, event: str) -> bool:
    """Add an account; if another has its address, roll back and return False."""
    db.session.add(user)
    try:
        flush_address(user)
    except AddressTaken:
        return False
    audit.record(event, user)
    return True


def flush_address(user: User) -> None:
    """Write an account's address; if another has it, roll back and raise AddressTaken."""
    user_id, email = user.id, user.email
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        # Other causes, such as a sequence behind its table, are bugs: let them fail.
        another = select(User.id).where(User.email == email, User.id.is_distinct_from(user_id))
        if db.session.scalar(another) is None:
            raise
        raise AddressTaken from None


def change_password(user: User, password_hash: str) -> bool:
    """Replace the password unless another request did since `user` was read."""
    known = user.password_hash
    if lock(user.id) is None or user.password_hash != known or user.disabled_at is not None:
        return False
    user.password_hash = password_hash
    mail.report(user, "password_changed", "password_changed")
    return True


def reset_password(link: Link, password_hash: str) -> User | None:
    """Set a new password by mailed link; None if the link no longer works."""
    user = lock(link.user_id)
    if user is None or user.disabled_at is not None or not links.use(link):
        return None
    user.password_hash = password_hash
    throttle.forgive(throttle.login_key(user.email))
    mail.report(user, "password_reset", "password_changed")
    return user


def _rehash(user: User, password: str) -> None:
    """Renew a hash made with older parameters, unless the password has changed."""
    renewed = passwords.hash_password(password)
    same = update(User).where(User.id == user.id, User.password_hash == user.password_hash)
    db.session.execute(same.values(password_hash=renewed))
    db.session.commit()


def mails_of(user: User) -> ColumnElement[bool]:
    """Match the waiting mails that are to a user, or about one."""
    return or_(Outbox.recipient == user.email, mail.names(user))


def delete(user: User) -> bool:
    """Delete an account and all its data; False if its password has changed.

    Roll back and raise AccountInUse if rows of another table forbid it.
    Anonymous events remain until they are purged (see docs/privacy.md).
    """
    known = user.password_hash
    # Wait for a request that is writing an event of this user: clear that one's address too.
    if lock(user.id) is None:
        return True
    if user.password_hash != known:
        return False
    audit.record("deleted", user)
    own = Event.user_id == user.id
    db.session.execute(update(Event).where(own).values(address="", client="", detail={}))
    db.session.execute(delete_rows(Outbox).where(mails_of(user)))
    links.delete_all(user)
    db.session.delete(user)
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        said = str(error.orig).partition("\n")[0]
        raise AccountInUse(
            f"The account was not deleted, because rows of another table refer to it ({said}). "
            'Delete those rows, or give their foreign key ondelete="CASCADE".'
        ) from error
    return True
