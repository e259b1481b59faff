"""Compose the mails about changes of passkeys."""

from ...core.i18n import gettext as _, show_time
from ...core.mail import Message, external_url
from ...core.mail.outbox import Outbox


def compose_changed(row: Outbox) -> Message:
    name = row.detail["name"]
    said = {
        "passkey_added": _("A passkey was added: %(name)s", name=name),
        "passkey_renamed": _("A passkey was renamed: %(name)s", name=name),
        "passkey_removed": _("A passkey was removed: %(name)s", name=name),
    }
    values = {"change": said[row.detail["change"]], "time": show_time(row.created_at)}
    return Message("passkeys_changed", {**values, "url": external_url("reset.start")})
