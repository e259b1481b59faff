"""Record changes of API tokens, and tell the user by mail."""

from ...core import audit, mail
from ...core.db import db
from ...models import User


def settle(user: User, what: str, name: str) -> None:
    """Record a change, notify the user, and commit."""
    audit.record(what, user, name=name)
    mail.notify(user, "tokens_changed", change=what, name=name)
    db.session.commit()
