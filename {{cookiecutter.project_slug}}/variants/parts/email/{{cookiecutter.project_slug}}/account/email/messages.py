"""Compose the mails about a change of address."""

from ...auth import accounts, links
from ...config import LINK_MINUTES
from ...core import mail
from ...core.db import db
from ...core.i18n import set_language, show_time
from ...core.mail import Message
from ...core.mail.outbox import Outbox
from .changes import UNDO_FOR


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
