"""Compose invitations, and the mails about what an admin or an operator has changed."""

from ...auth import accounts, links
from ...core.i18n import gettext as _, show_time
from ...core.mail import Message, external_url
from ...core.mail.outbox import Outbox
from .invitations import LIFETIME, PURPOSE


def compose_invitation(row: Outbox) -> Message | None:
    if accounts.find(row.recipient) is not None:
        return None
    token = links.create(PURPOSE, row.recipient, lifetime=LIFETIME, since=row.created_at)
    url = external_url("admin.open_invitation", token=token)
    return Message("invitation", {"url": url, "days": LIFETIME.days})


def compose_changed(row: Outbox) -> Message:
    said = {
        "disable": _("Your account was locked."),
        "enable": _("Your account was unlocked."),
        "end-sessions": _("All sessions of your account were ended."),
        "reset-second-factor": _(
            "Two-factor authentication and all passkeys were removed from your account."
        ),
        "role": _("The role of your account was changed."),
    }
    change, time = said[row.detail["change"]], show_time(row.created_at)
    return Message("account_changed", {"change": change, "time": time})
