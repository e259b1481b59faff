"""Put into words what a cookie of ours holds; whatever is secret in it is masked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from ...config import settings
from ...core.i18n import gettext as _, lazy_gettext as lazy, show_time

# Every name that one kind of session or the other may use.
MEANINGS = {
    "token": lazy("Random letters, nothing else. Whoever has them is signed in."),
    "token_hash": lazy("The SHA-256 of the token. It finds the row; nobody can turn it back."),
    "sid": lazy("A random id of this session: what logout puts on the list of ended ones."),
    "handle": lazy("Names the session on pages and in the audit trail. It opens nothing."),
    "user": lazy("A random id of the user, no name and no address."),
    "epoch": lazy("The number that the user had when the session began."),
    "session_epoch": lazy("The number that the user has now. A new password raises it."),
    "disabled_at": lazy("When an operator locked the account."),
    "ended": lazy("Whether the session is on the list of those ended early."),
    "data": lazy("What is in flask.session."),
    "remembered": lazy("Whether “Remember me” was ticked at login."),
    "login_at": lazy("When the login was."),
    "created_at": lazy("When the session began."),
    "authenticated_at": lazy("When the password was last given."),
    "seen_at": lazy("When the session was last used, to the minute."),
    "signed_at": lazy("When this text was signed; while in use it is signed anew."),
    "signature": lazy("Made of all the rest and of SECRET_KEY. Only the server can make one."),
    "idle_end": lazy("If nothing comes before then."),
    "absolute_end": lazy("However busy it is."),
    "secure": lazy("Over https alone. Development goes without."),
    "httponly": lazy("Out of reach of scripts."),
    "samesite": lazy("Not with forms, images and scripts of other sites."),
    "path": lazy("With every page of this host. No Domain: with no other host."),
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
        """Return the facts below their headings; how a dead cookie was set is not known."""
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
