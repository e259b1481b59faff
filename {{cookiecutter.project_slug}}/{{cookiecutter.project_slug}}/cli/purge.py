"""Delete expired data."""

from datetime import timedelta

import click
from flask.cli import with_appcontext

from ..auth import browsers, ceremonies, sessions
from ..auth.links import Link
from ..auth.parts import all_parts
from ..auth.sessions.limits import longest_life
from ..core.audit import Event
from ..core.db import now
from ..core.db.cleanup import delete_all_expired
from ..core.mail.outbox import Outbox
from ..core.throttle import Throttle
from .database import database_needed

EVENTS_KEPT = timedelta(days=90)
# Time for an operator to run `flask mail retry` for a mail that was given up.
MAILS_KEPT = timedelta(days=30)


@click.command("purge")
@with_appcontext
@database_needed()
def command() -> None:
    """Delete expired sessions, browsers, links, counters, mails and events.

    It may run on several hosts at once, and while users log in.
    """
    moment = now()
    # A session may be listed from its login event for as long as it can live.
    kept = max(EVENTS_KEPT, longest_life())
    counts = {
        "sessions": sessions.purge(),
        "browsers": browsers.purge(),
        "links": delete_all_expired(Link, Link.ends_at <= moment),
        "counters": delete_all_expired(Throttle, Throttle.ends_at <= moment),
        "mails": delete_all_expired(Outbox, Outbox.created_at <= moment - MAILS_KEPT),
        "events": delete_all_expired(Event, Event.at <= moment - kept),
        "ceremonies": ceremonies.purge(),
    }
    counts |= {what: delete() for part in all_parts() for what, delete in part.purge.items()}
    click.echo(", ".join(f"{count} {what}" for what, count in counts.items()))
