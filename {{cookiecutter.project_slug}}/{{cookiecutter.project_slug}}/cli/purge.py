"""Delete what has had its day."""

from datetime import timedelta

import click
from flask.cli import with_appcontext

from ..auth import browsers, sessions
from ..auth.links import Link
from ..auth.sessions.limits import longest_life
from ..core.audit import Event
from ..core.db import now
from ..core.db.cleanup import sweep
from ..core.mail.outbox import Outbox
from ..core.throttle import Throttle
from .database import database_needed

EVENTS_KEPT = timedelta(days=90)
# Given up long ago, unless somebody looks for `flask mail retry`.
MAILS_KEPT = timedelta(days=30)


@click.command("purge")
@with_appcontext
@database_needed()
def command() -> None:
    """Delete sessions, browsers, links, counters, mails and events that are over.

    It may run on several hosts at once, and while people log in.
    """
    moment = now()
    # A session may be listed from its sign-in event for as long as it can live.
    kept = max(EVENTS_KEPT, longest_life())
    counts = {
        "sessions": sessions.purge(),
        "browsers": sweep(browsers.KnownBrowser, browsers.expired()),
        "links": sweep(Link, Link.ends_at <= moment),
        "counters": sweep(Throttle, Throttle.ends_at <= moment),
        "mails": sweep(Outbox, Outbox.created_at <= moment - MAILS_KEPT),
        "events": sweep(Event, Event.at <= moment - kept),
    }
    click.echo(", ".join(f"{count} {what}" for what, count in counts.items()))
