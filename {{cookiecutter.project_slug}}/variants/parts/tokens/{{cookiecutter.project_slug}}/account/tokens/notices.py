"""Record changes of API tokens, and tell the user by mail."""

from ...core import audit, mail
from ...core.db import db
from ...core.i18n import gettext as _, show_time
from ...core.mail import Message, external_url
from ...core.mail.outbox import Outbox
from ...models import User


def settle(user: User, what: str, name: str) -> None:
    """Record a change, notify the user, and commit."""
    audit.record(what, user, name=name)
    mail.notify(user, "tokens_changed", change=what, name=name)
    db.session.commit()


def compose_changed(row: Outbox) -> Message:
    name = row.detail["name"]
    said = {
        "token_created": _("An API token was created: %(name)s", name=name),
        "token_revoked": _("An API token was revoked: %(name)s", name=name),
    }
    values = {"change": said[row.detail["change"]], "time": show_time(row.created_at)}
    return Message("tokens_changed", {**values, "url": external_url("reset.start")})
