"""Change an account's address, undo a change, or make it final; compose the mails about it.

`confirm` and `undo` raise AddressTaken if another account has the address by now, and return
None if the link no longer works. Functions that write join the caller's transaction.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, select

from ...auth import accounts, links
from ...auth.links import Link
from ...auth.parts import all_factors, all_parts
from ...config import LINK_MINUTES
from ...core import audit, mail
from ...core.db import db, now
from ...core.i18n import set_language, show_time
from ...core.mail import Message
from ...core.mail.outbox import Outbox
from ...models import User

UNDO_FOR = timedelta(days=7)
# How long before a change the user must have set up a second factor: a thief who sets one up
# and moves the account away would otherwise keep it.
SETTLED_AFTER = timedelta(days=7)


class WayBack(NamedTuple):
    """Say until when the latest change can be undone, and whether the user can end that."""

    until: datetime
    can_end: bool


def confirm(link: Link) -> User | None:
    """Give an account the address that its link confirms; notify the old one."""
    user = accounts.lock(link.user_id)
    if user is None or not links.use(link):
        return None
    old, user.email = user.email, link.email
    accounts.flush_address(user)
    audit.record("email_changed", user)
    mail.enqueue("email_changed", old, speaking=user.language, user=user.id)
    return user


def undo(link: Link) -> User | None:
    """Restore an account's old address, and treat everything since as a thief's.

    The password too: a mailed link leads to a new one.
    """
    user = accounts.lock(link.user_id)
    if user is None or user.disabled_at is not None or not links.use(link):
        return None
    mail.notify(user, "email_change_undone")
    user.email, user.password_hash = link.email, None
    accounts.flush_address(user)
    # A thief's second factor would lock the owner out; one set up before is the owner's.
    for factor in all_factors():
        since = factor.since(user)
        if since is not None and since >= link.created_at:
            factor.drop(user)
    # A thief's passkey would let the thief in again; the owner adds new ones.
    for part in all_parts():
        if part.access:
            part.access.end(user)
    _void_later_changes(user, link)
    audit.record("email_change_undone", user)
    mail.notify(user, "reset")
    return user


def way_back(user: User) -> WayBack | None:
    """Return how a user's latest change of address can be undone; None if it cannot."""
    young = now() - UNDO_FOR
    mailed = select(Link.created_at).where(*_undo_links(user), Link.created_at > young)
    to_mail = select(Outbox.created_at).where(*_notices(user), Outbox.created_at > young)
    changed_at = [*db.session.scalars(mailed), *db.session.scalars(to_mail)]
    if not changed_at:
        return None
    since = _final_since(user)
    latest = max(changed_at)
    return WayBack(latest + UNDO_FOR, can_end=since is not None and latest >= since)


def end_way_back(user: User) -> bool:
    """Make changes of address final at once; False if no second factor is old enough for it."""
    # If an undo came first, it has ended the session that asks for this.
    if not accounts.lock_unchanged(user):
        return False
    since = _final_since(user)
    if since is None:
        return False
    mailed = delete(Link).where(*_undo_links(user), Link.created_at >= since)
    to_mail = delete(Outbox).where(*_notices(user), Outbox.created_at >= since)
    ended = [
        *db.session.scalars(mailed.returning(Link.id)),
        *db.session.scalars(to_mail.returning(Outbox.id)),
    ]
    if not ended:
        return False
    mail.report(user, "email_change_final", "email_change_final")
    return True


def _final_since(user: User) -> datetime | None:
    """Return from when on the user's second factor can make a change final."""
    known = [since for factor in all_factors() if (since := factor.since(user))]
    return min(known) + SETTLED_AFTER if known else None


def _undo_links(user: User) -> tuple[ColumnElement[bool], ...]:
    return Link.user_id == user.id, Link.purpose == "email_undo"


def _notices(user: User) -> tuple[ColumnElement[bool], ...]:
    """Match unsent mails to former addresses, each with a link that undoes the change."""
    return mail.names(user), Outbox.purpose == "email_changed"


def _void_later_changes(user: User, link: Link) -> None:
    """Revoke the undo links to later addresses, whether their mail was sent or not.

    Links to earlier addresses stay valid: otherwise a thief who changed the address
    twice could use the second link to revoke the first, which the owner has.
    """
    links.revoke(user, since=link.created_at)
    notices = delete(Outbox).where(*_notices(user), Outbox.created_at >= link.created_at)
    db.session.execute(notices)


def _compose_change(row: Outbox) -> Message | None:
    user = accounts.lock(row.detail["user"])
    # A password change cancels a pending address change.
    if user is None or user.session_epoch != row.detail["epoch"]:
        return None
    owner = accounts.find(row.recipient)
    if owner is not None:
        set_language(owner.language)
        return Message("email_taken", {"url": mail.external_url("auth.login")})
    token = links.create("email", row.recipient, user)
    url = mail.external_url("email.open_mailed", token=token)
    return Message("email_change", {"url": url, "minutes": LINK_MINUTES})


def _compose_changed(row: Outbox) -> Message | None:
    user = accounts.lock(row.detail["user"])
    # If an undo has deleted this mail, its link must not be created any more.
    if user is None or db.session.get(Outbox, row.id, populate_existing=True) is None:
        return None
    since = row.created_at
    token = links.create(
        "email_undo", row.recipient, user, lifetime=UNDO_FOR, since=since, epoch_bound=False
    )
    url = mail.external_url("email.open_undo", token=token)
    return Message("email_changed", {"url": url, "days": UNDO_FOR.days, "time": show_time(since)})


COMPOSERS = {"email_change": _compose_change, "email_changed": _compose_changed}
