"""Own the queue of mails: only one worker at a time has a mail, and none is lost.

Mails that a visitor can ask for leave with pauses, recipient by recipient. An attacker can
ask as often as they like: that must neither fill a mailbox nor keep its owner from a reset.
Each mail waits after the last one, never for longer than a link lives, so the mailbox always
holds a link that works.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, and_, case, delete, func, select, true, update
from sqlalchemy.orm import Mapped, mapped_column

from ...config import LINK_MINUTES
from ..addresses import EMAIL_MAX_LENGTH
from ..db import Base, db, now, upsert
from ..throttle import CLOCKS_DIFFER_BY, Throttle, hash_key

# How long other workers leave a mail alone while one sends it.
CLAIM = timedelta(minutes=5)
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
LIFETIME = timedelta(minutes=LINK_MINUTES)
# The pause after the first mail, the second, and every further one.
PAUSES = [min(pause, LIFETIME) for pause in (timedelta(minutes=1), timedelta(minutes=5), LIFETIME)]
REMEMBERED = timedelta(hours=24)
EVERY = true()
logger = logging.getLogger(__name__)


class Outbox(Base):
    """Hold a mail to be sent: its purpose and recipient, nothing secret."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(EMAIL_MAX_LENGTH))
    language: Mapped[str] = mapped_column(String(8))
    # Further values for the composer; nothing secret either.
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    # When to try (again); None once the mail has been given up.
    due_at: Mapped[datetime | None] = mapped_column(default=now, index=True)
    # No worker takes it before: another is sending it, or it is paused.
    held_until: Mapped[datetime] = mapped_column(default=now)
    # For mails that a visitor can ask for: at most one per purpose and recipient waits.
    pause_key: Mapped[str | None] = mapped_column(String(64), unique=True)


def add_once(purpose: str, recipient: str, language: str) -> Outbox:
    """Add a mail within the caller's transaction, or renew the one that waits."""
    soon = now() + RETRY_AFTER[0]
    first = upsert(Outbox).values(
        purpose=purpose,
        recipient=recipient,
        language=language,
        # A hash: most addresses that strangers type have no account, and must not be stored.
        pause_key=hash_key(f"mail to {recipient.lower()} for {purpose}"),
    )
    anew = first.on_conflict_do_update(
        index_elements=[Outbox.pause_key],
        set_={
            "language": first.excluded.language,
            "created_at": first.excluded.created_at,
            # A mail that could not be sent, or was given up, is tried again within a minute.
            "due_at": case((Outbox.due_at < soon, Outbox.due_at), else_=soon),
            # Tells a worker that is just sending the mail that it was renewed.
            "attempts": 0,
        },
    )
    return db.session.scalars(anew.returning(Outbox)).one()


def claim(which: ColumnElement[bool]) -> Outbox | None:
    """Claim the first mail that is due, so that no other worker takes it."""
    moment = now()
    due = and_(which, Outbox.due_at <= moment, Outbox.held_until <= moment)
    first = select(Outbox.id).where(due).order_by(Outbox.id).limit(1)
    claimed = (
        update(Outbox)
        .where(Outbox.id == first.scalar_subquery(), due)
        .values(held_until=moment + CLAIM, attempts=Outbox.attempts + 1)
        .returning(Outbox)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    row = db.session.scalars(claimed).first()
    db.session.commit()
    if row is not None:
        # The session must not refresh the row: a changed `attempts` shows a renewal meanwhile.
        db.session.expunge(row)
    return row


def hold_back(row: Outbox) -> bool:
    """Hold a visitor's mail back if it follows the last one too soon; tell whether it does."""
    end = _pause_end(row.pause_key) if row.pause_key else None
    if end is not None:
        held = update(Outbox).where(Outbox.id == row.id).values(held_until=end, attempts=0)
        db.session.execute(held)
    db.session.commit()
    return end is not None


def take_out(row: Outbox, sent_at: datetime) -> None:
    """Delete a mail that was sent, unless a visitor has asked for it again."""
    db.session.execute(delete(Outbox).where(_not_asked_again(row)))
    if row.pause_key:
        # Also if the composer found no account: a pause must not reveal that.
        _note_sent(row.pause_key, sent_at)
    _release(row)


def put_off(row: Outbox) -> None:
    """Schedule another attempt, or give the mail up."""
    tries = row.attempts - 1
    due_at = now() + RETRY_AFTER[tries] if tries < len(RETRY_AFTER) else None
    if due_at is None:
        logger.error("mail %s is given up: see `flask mail retry`", row.id)
    db.session.execute(update(Outbox).where(_not_asked_again(row)).values(due_at=due_at))
    _release(row)


def revive() -> None:
    """Make every mail due now, including those given up."""
    # Except those that a worker is sending, or that a pause holds.
    free = update(Outbox).where(Outbox.held_until <= now())
    db.session.execute(free.values(due_at=now(), attempts=0))
    db.session.commit()


def next_due() -> datetime | None:
    """Return when the next mail is to be tried, or None if none waits."""
    later = case((Outbox.held_until > Outbox.due_at, Outbox.held_until), else_=Outbox.due_at)
    waiting = select(func.min(later)).where(Outbox.due_at.is_not(None))
    found: datetime | None = db.session.scalar(waiting)
    db.session.commit()
    return found


def _not_asked_again(row: Outbox) -> ColumnElement[bool]:
    return and_(Outbox.id == row.id, Outbox.attempts == row.attempts)


def _release(row: Outbox) -> None:
    db.session.execute(update(Outbox).where(Outbox.id == row.id).values(held_until=now()))
    db.session.commit()


def _pause_end(pause_key: str) -> datetime | None:
    """Return until when the next mail has to wait, or None if it may leave."""
    sent = db.session.get(Throttle, pause_key, populate_existing=True)
    if sent is None or sent.ends_at <= now():
        return None
    last = sent.ends_at - REMEMBERED
    end = last + PAUSES[min(sent.count, len(PAUSES)) - 1]
    # A time in the future means that the clock was set back since.
    from_the_future = last > now() + CLOCKS_DIFFER_BY
    return None if from_the_future or end <= now() else end


def _note_sent(pause_key: str, moment: datetime) -> None:
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
