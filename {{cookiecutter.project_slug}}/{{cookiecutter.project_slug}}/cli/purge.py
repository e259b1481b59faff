"""Delete what has had its day."""

from datetime import timedelta

import click
from flask.cli import with_appcontext
from sqlalchemy import delete

from ..auth import sessions
from ..config import settings
from ..db import db, now
from ..models import Event, Link, Outbox, Throttle
from .database import database_needed

EVENTS_KEPT = timedelta(days=90)
# Given up long ago, unless somebody looks for `flask mail retry`.
MAILS_KEPT = timedelta(days=30)


@click.command("purge")
@with_appcontext
@database_needed()
def command() -> None:
    """Delete sessions, links, counters, mails and events that are over."""
    moment = now()
    # A session may be listed from its sign-in event for as long as it can live.
    longest = timedelta(seconds=settings().remember_absolute_seconds)
    old = moment - max(EVENTS_KEPT, longest)
    stale = moment - MAILS_KEPT
    counts = {"sessions": sessions.purge()}
    for what, statement in {
        "links": delete(Link).where(Link.ends_at <= moment).returning(Link.id),
        "counters": delete(Throttle).where(Throttle.ends_at <= moment).returning(Throttle.key),
        "mails": delete(Outbox).where(Outbox.created_at <= stale).returning(Outbox.id),
        "events": delete(Event).where(Event.at <= old).returning(Event.id),
    }.items():
        counts[what] = len(db.session.execute(statement).all())
        db.session.commit()
    click.echo(", ".join(f"{count} {what}" for what, count in counts.items()))
