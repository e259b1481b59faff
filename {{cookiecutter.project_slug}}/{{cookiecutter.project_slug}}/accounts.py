"""Own accounts: find, authenticate, register, reset. No request, no cookie in sight.

Functions that write join the caller's transaction. No transaction is open while a
password is hashed: the one writer that SQLite has would keep everybody waiting.
"""

from sqlalchemy import delete as delete_rows
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from . import events, links, mail, passwords, throttle
from .db import db
from .models import Link, Outbox, RecoveryCode, User


def find(email: str) -> User | None:
    return db.session.scalar(select(User).where(User.email == email.lower()))


def authenticate(email: str, password: str) -> User | None:
    """Return the user whose password this is; equal work for nobody (ASVS 6.3.8)."""
    user = find(email)
    db.session.commit()
    if user is None:
        passwords.verify_nobody(password)
        return None
    if not passwords.verify(user.password_hash, password):
        return None
    if user.disabled_at is not None:
        return None
    if passwords.needs_rehash(user.password_hash):
        _rehash(user, password)
    return user


def register(link: Link, name: str, password_hash: str, language: str) -> User | None:
    """Make the account a link was mailed for; None if link or address is taken."""
    if not links.use(link):
        return None
    user = User(email=link.email, name=name, password_hash=password_hash, language=language)
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        return None
    events.record("registered", user)
    return user


def change_password(user: User, password_hash: str) -> bool:
    """Replace the password unless somebody else did since `user` was read."""
    known = user.password_hash
    db.session.refresh(user, with_for_update=True)
    if user.password_hash != known or user.disabled_at is not None:
        return False
    user.password_hash = password_hash
    events.record("password_changed", user)
    mail.notify(user, "password_changed")
    return True


def reset_password(link: Link, password_hash: str) -> User | None:
    """Set a new password by mailed link; None if the link has been used or is void."""
    if not links.use(link):
        return None
    user = db.session.get(User, link.user_id, with_for_update=True)
    if user is None or user.disabled_at is not None:
        return None
    user.password_hash = password_hash
    throttle.forgive_login(user.email)
    events.record("password_reset", user)
    mail.notify(user, "password_changed")
    return user


def _rehash(user: User, password: str) -> None:
    """Renew a hash made with older parameters, unless the password has changed."""
    known = user.password_hash
    renewed = passwords.hash_password(password)
    db.session.execute(
        update(User)
        .where(User.id == user.id, User.password_hash == known)
        .values(password_hash=renewed)
    )
    db.session.commit()


def delete(user: User) -> None:
    """Delete an account for good, with all that is its own.

    Of it remain events that name nobody, until they are purged (see docs/privacy.md).
    """
    events.record("deleted", user)
    db.session.execute(delete_rows(Outbox).where(Outbox.recipient == user.email))
    db.session.delete(user)


def drop_second_factor(user: User) -> None:
    """Let an account do without its second factor, and void its recovery codes."""
    user.totp_secret = user.totp_since = user.totp_last_step = None
    db.session.execute(delete_rows(RecoveryCode).where(RecoveryCode.user_id == user.id))
