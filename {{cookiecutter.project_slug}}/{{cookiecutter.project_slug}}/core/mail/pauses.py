"""Space out the mails that a visitor can ask for, recipient by recipient.

An attacker can ask as often as they like: that must neither fill a mailbox nor keep its
owner from a reset. Each mail waits after the last one, never for longer than a link
lives, so the mailbox always holds a link that works.
"""

from datetime import datetime, timedelta

from sqlalchemy import case

from ...config import LINK_MINUTES
from ..db import db, now, upsert
from ..throttle import CLOCKS_DIFFER_BY, Throttle, hash_key

LIFETIME = timedelta(minutes=LINK_MINUTES)

# The pause after the first mail, the second, and every further one.
PAUSES = [min(pause, LIFETIME) for pause in (timedelta(minutes=1), timedelta(minutes=5), LIFETIME)]
REMEMBERED = timedelta(hours=24)


def key(purpose: str, recipient: str) -> str:
    """Return the key for mails of one purpose to one recipient."""
    # A hash: most addresses that strangers type have no account, and must not be stored.
    return hash_key(f"mail to {recipient.lower()} for {purpose}")


def ends_at(pause_key: str) -> datetime | None:
    """Return until when the next mail has to wait, or None if it may leave."""
    sent = db.session.get(Throttle, pause_key, populate_existing=True)
    if sent is None or sent.ends_at <= now():
        return None
    last = sent.ends_at - REMEMBERED
    end = last + PAUSES[min(sent.count, len(PAUSES)) - 1]
    # A time in the future means that the clock was set back since.
    from_the_future = last > now() + CLOCKS_DIFFER_BY
    return None if from_the_future or end <= now() else end


def note_sent(pause_key: str, moment: datetime) -> None:
    """Record that a mail was sent, in the caller's transaction."""
    remembered_until = moment + REMEMBERED
    first = upsert(Throttle).values(key=pause_key, count=1, ends_at=remembered_until)
    forgotten = Throttle.ends_at <= moment
    again = first.on_conflict_do_update(
        index_elements=[Throttle.key],
        set_={
            "count": case((forgotten, 1), else_=Throttle.count + 1),
            "ends_at": remembered_until,
        },
    )
    db.session.execute(again)
