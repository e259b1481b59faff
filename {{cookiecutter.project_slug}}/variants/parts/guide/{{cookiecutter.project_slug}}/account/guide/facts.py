"""Explain what the app's cookies contain, with secrets masked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from ...config import settings
from ...core.i18n import gettext as _, lazy_gettext as lazy, show_time

# Every name that either kind of session may use.
MEANINGS = {
    "token": lazy("Random letters, nothing else. A thief who copies them is signed in."),
    "token_hash": lazy("The SHA-256 of the token. It finds the row, and cannot be reversed."),
    "sid": lazy("A random id of this session. Logout puts it on the list of ended sessions."),
    "handle": lazy("Names the session on pages and in the audit trail. It grants no access."),
    "user": lazy("A random id of the user, no name and no address."),
    "epoch": lazy("The number that the user had when the session began."),
    "session_epoch": lazy("The number that the user has now. A new password raises it."),
    "disabled_at": lazy("When an operator locked the account."),
    "ended": lazy("Whether the session is on the list of those ended early."),
    "data": lazy("What is in flask.session."),
    "remembered": lazy("Whether “Remember me” was ticked at login."),
    "login_at": lazy("When the user logged in."),
    "created_at": lazy("When the session began."),
    "authenticated_at": lazy("When the password was last given."),
    "seen_at": lazy("When the session was last used, to the minute."),
    "signed_at": lazy("When this text was signed; while in use it is signed again."),
    "signature": lazy("Computed from all the rest and SECRET_KEY. Only the server can create one."),
    "idle_end": lazy("If no request comes before then."),
    "absolute_end": lazy("However busy it is."),
    "secure": lazy("Sent over https only. Off in development."),
    "httponly": lazy("Scripts cannot read it."),
    "samesite": lazy("Not sent with forms, images and scripts of other sites."),
    "path": lazy("Sent to every page of this host. No Domain: to no other host."),
    "max_age": lazy("For how many seconds the browser keeps it; None: until it closes."),
}


class Fact(NamedTuple):
    name: str
    value: str
    meaning: str


class Explanation(NamedTuple):
    """Say what is in a cookie, what the server holds for it, and when it ends."""

    shown: str
    is_live: bool = False
    cookie: Mapping[str, object] = {}
    server: Mapping[str, object] = {}
    ends: Mapping[str, datetime] = {}
    lifetime: timedelta | None = None

    def sections(self) -> list[tuple[str, list[Fact]]]:
        """Return the facts below their headings; the attributes of a dead cookie are unknown."""
        found = [(_("In the cookie"), self.cookie), (_("On the server"), self.server)]
        if self.ends:
            max_age = int(self.lifetime.total_seconds()) if self.lifetime else None
            how = settings().cookie_attributes | {"max_age": max_age}
            found += [(_("When it ends"), self.ends), (_("How it was set"), how)]
        return [(title, [_fact(*pair) for pair in facts.items()]) for title, facts in found]


def masked(secret: str) -> str:
    """Return enough to tell one from another, too little to use."""
    return f"{secret[:4]}…"


def _fact(name: str, value: object) -> Fact:
    shown = show_time(value) if isinstance(value, datetime) else str(value)
    return Fact(name, shown, str(MEANINGS[name]))
