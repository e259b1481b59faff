"""Record changes of connected accounts, and compose the mails about them."""

from ...core import audit, mail
from ...core.db import db
from ...core.i18n import gettext as _, show_time
from ...core.mail import Message, external_url
from ...core.mail.outbox import Outbox
from ...models import User


def settle(user: User, what: str, name: str) -> None:
    """Commit a change of a user's connected accounts, with its event and its mail."""
    audit.record(what, user, name=name)
    mail.notify(user, "connections_changed", change=what, name=name)
    db.session.commit()


def compose_changed(row: Outbox) -> Message:
    name = row.detail["name"]
    said = {
        "social_connected": _("An account was connected: %(name)s", name=name),
        "social_disconnected": _("An account was disconnected: %(name)s", name=name),
    }
    values = {"change": said[row.detail["change"]], "time": show_time(row.created_at)}
    return Message("connections_changed", {**values, "url": external_url("reset.start")})
