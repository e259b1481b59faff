"""Change an account's address, and take a change back. No request, no cookie in sight.

Both join the caller's transaction, raise AddressTaken if somebody else has the address
by now, and return None if the link has been used or is void.
"""

from datetime import timedelta

from sqlalchemy import delete

from ... import accounts, events, links, mail
from ...db import db
from ...models import Link, Outbox, User

UNDO_FOR = timedelta(days=7)


def confirm(link: Link) -> User | None:
    """Give an account the address that its link has proved; tell the old one."""
    user = accounts.lock(link.user_id)
    if user is None or not links.use(link):
        return None
    old, user.email = user.email, link.email
    accounts.flush_address(user)
    events.record("email_changed", user)
    mail.enqueue("email_changed", old, speaking=user.language, user=user.id)
    return user


def undo(link: Link, password_hash: str) -> User | None:
    """Give an account the address back that it had, as if everything since were a thief's.

    `password_hash` is of a password that nobody knows: a mailed link leads to a new one.
    """
    user = accounts.lock(link.user_id)
    if user is None or user.disabled_at is not None or not links.use(link):
        return None
    mail.notify(user, "email_change_undone")
    user.email, user.password_hash = link.email, password_hash
    accounts.flush_address(user)
    # A thief's authenticator would lock the owner out; one set up before is the owner's.
    if user.totp_since is not None and user.totp_since >= link.created_at:
        accounts.drop_second_factor(user)
    _void_later_changes(user, link)
    events.record("email_change_undone", user)
    mail.notify(user, "reset")
    return user


def _void_later_changes(user: User, link: Link) -> None:
    """Void the ways back to addresses that came later, whether their mail was sent or not.

    Those to earlier addresses stay good: else a thief who changed the address twice
    could use the second link to void the first, which the owner has.
    """
    links.void(user, since=link.created_at)
    notices = delete(Outbox).where(
        Outbox.purpose == "email_changed",
        mail.names(user),
        Outbox.created_at >= link.created_at,
    )
    db.session.execute(notices)
