"""Write mail into an outbox with the request's work, and send it from there.

A row names a purpose and a recipient. Whether there is an account, and the token
of a link, are settled when the mail is written: no request takes longer for an
address that is known, and nothing secret lies in the table.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import NamedTuple

from flask import Flask, current_app, g, has_request_context, render_template
from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    case,
    cast,
    delete,
    func,
    inspect,
    select,
    true,
    update,
)

from . import pauses
from .config import settings
from .courier import Courier
from .db import db, now, upsert
from .environ import ConfigError
from .i18n import language, speak
from .models import Outbox, User
from .postman import post

# While one worker sends a mail the others leave it alone.
CLAIM = timedelta(minutes=5)
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
# RFC 5321 4.5.3.1.6, without the CRLF.
LONGEST_LINE = 998
EVERY = true()
logger = logging.getLogger(__name__)


class Letter(NamedTuple):
    """Name the template below `mail/` and what goes into it."""

    template: str
    values: dict[str, object]


Writer = Callable[[Outbox], Letter | None]


def add_writer(app: Flask, purpose: str, write: Writer) -> None:
    """Say who writes the mails of a purpose; `write` may return None: no mail."""
    app.extensions["writers"][purpose] = write


def enqueue(
    purpose: str, recipient: str, *, speaking: str | None = None, **detail: str | int
) -> None:
    """Add a mail to the caller's transaction; it leaves after the request or the command.

    `detail` is for the writer, and lies in the table until then: nothing secret.
    """
    if not settings().can_mail:
        return
    row = Outbox(
        purpose=purpose, recipient=recipient, language=speaking or language(), detail=detail
    )
    db.session.add(row)
    g.setdefault("mails", []).append(row)


def enqueue_once(purpose: str, recipient: str) -> None:
    """Add a mail that any visitor can ask for, or ask anew for the one that waits.

    At most one waits for each recipient, and it leaves when `pauses` lets it. A mail that
    could not be sent, or was given up, is tried again within a minute.
    """
    if not settings().can_mail:
        return
    soon = now() + RETRY_AFTER[0]
    first = upsert(Outbox).values(
        purpose=purpose,
        recipient=recipient,
        language=language(),
        pause_key=pauses.key(purpose, recipient),
    )
    anew = first.on_conflict_do_update(
        index_elements=[Outbox.pause_key],
        set_={
            "language": first.excluded.language,
            "created_at": first.excluded.created_at,
            "due_at": case((Outbox.due_at < soon, Outbox.due_at), else_=soon),
            # A worker that is just sending it sees by this that it is wanted once more.
            "attempts": 0,
        },
    )
    row = db.session.scalars(anew.returning(Outbox)).one()
    g.setdefault("mails", []).append(row)


def notify(user: User, purpose: str, **detail: str | int) -> None:
    """Add a notice to a user, in the user's own language."""
    # The id lets the notice be deleted with the account, even after a change of address.
    enqueue(purpose, user.email, speaking=user.language, user=user.id, **detail)


def names(user: User) -> ColumnElement[bool]:
    """Match mails whose detail names a user, to whomever they go."""
    # As text: what is no number under that name, in mails of yours, PostgreSQL would not cast.
    return cast(Outbox.detail["user"].as_string(), String) == str(user.id)


def external_url(endpoint: str, **values: str) -> str:
    """Return a link for a mail: from PUBLIC_URL, never from the Host header.

    An attacker who asks for a reset chooses that header, and the link would
    carry the victim's token to a host of his own.
    """
    public_url = settings().public_url
    if public_url is None:
        raise ConfigError("PUBLIC_URL", "is missing: links in mails are made from it.")
    return public_url + current_app.url_map.bind("").build(endpoint, values)


def why_not_here() -> str | None:
    """Say why a command or a job must leave mails to the app, or None."""
    if settings().public_url is None:
        return "PUBLIC_URL is missing: links are made from it."
    # The console would show links to whoever runs the command, and to nobody else.
    if settings().mail_server.scheme in {"console", "none"}:
        return "MAIL_URL names no mail server to send by."
    return None


def deliver(which: ColumnElement[bool] = EVERY) -> tuple[int, int]:
    """Send what is due; return how many mails were dealt with and how many failed."""
    done = failed = 0
    while (row := _claim(which)) is not None:
        began_at = now()
        if _holds_back(row):
            continue
        try:
            _send(row)
        except Exception:
            logger.exception("mail %s (%s) was not sent", row.id, row.purpose)
            _put_off(row)
            failed += 1
            continue
        _take_out(row, began_at)
        done += 1
    return done, failed


def deliver_own() -> int:
    """Send what this context has committed; return how many mails failed.

    The app tries those again, as everything else that waits in the outbox.
    """
    db.session.rollback()
    # A mail that was rolled back has no identity.
    found = [inspect(row).identity for row in g.pop("mails", ())]
    return deliver(Outbox.id.in_([identity[0] for identity in found if identity]))[1]


def wake() -> None:
    """Let this process send what is due, without waiting for it."""
    courier: Courier = current_app.extensions["courier"]
    courier.wake()


def revive() -> None:
    """Make every mail in the outbox due now, those given up among them."""
    # What another process is just sending is no longer waiting.
    waiting = update(Outbox).where(Outbox.held_until <= now())
    db.session.execute(waiting.values(due_at=now(), attempts=0))
    db.session.commit()


def next_due() -> datetime | None:
    """Return when the next mail is to be tried, or None if none waits."""
    later = case((Outbox.held_until > Outbox.due_at, Outbox.held_until), else_=Outbox.due_at)
    waiting = select(func.min(later)).where(Outbox.due_at.is_not(None))
    found: datetime | None = db.session.scalar(waiting)
    db.session.commit()
    return found


def _claim(which: ColumnElement[bool]) -> Outbox | None:
    moment = now()
    due = and_(which, Outbox.due_at <= moment, Outbox.held_until <= moment)
    first = select(Outbox.id).where(due).order_by(Outbox.id).limit(1)
    claim = (
        update(Outbox)
        .where(Outbox.id == first.scalar_subquery(), due)
        .values(held_until=moment + CLAIM, attempts=Outbox.attempts + 1)
        .returning(Outbox)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    row = db.session.scalars(claim).first()
    db.session.commit()
    if row is not None:
        # It stays as it was claimed, whatever becomes of the row meanwhile.
        db.session.expunge(row)
    return row


def _holds_back(row: Outbox) -> bool:
    """Tell whether a visitor's mail follows the one before too soon; then it waits."""
    end = pauses.ends_at(row.pause_key) if row.pause_key else None
    if end is not None:
        held = update(Outbox).where(Outbox.id == row.id).values(held_until=end, attempts=0)
        db.session.execute(held)
    db.session.commit()
    return end is not None


def _take_out(row: Outbox, sent_at: datetime) -> None:
    """Delete a mail that was sent, unless a visitor has asked for it again meanwhile."""
    db.session.execute(delete(Outbox).where(_still_wanted_once(row)))
    if row.pause_key:
        # Whether there is an account or not: a pause must not tell.
        pauses.note_sent(row.pause_key, sent_at)
    _release(row)


def _put_off(row: Outbox) -> None:
    db.session.rollback()
    tries = row.attempts - 1
    due_at = now() + RETRY_AFTER[tries] if tries < len(RETRY_AFTER) else None
    if due_at is None:
        logger.error("mail %s is given up: see `flask mail retry`", row.id)
    db.session.execute(update(Outbox).where(_still_wanted_once(row)).values(due_at=due_at))
    _release(row)


def _still_wanted_once(row: Outbox) -> ColumnElement[bool]:
    return and_(Outbox.id == row.id, Outbox.attempts == row.attempts)


def _release(row: Outbox) -> None:
    db.session.execute(update(Outbox).where(Outbox.id == row.id).values(held_until=now()))
    db.session.commit()


def _send(row: Outbox) -> None:
    speak(row.language)
    write: Writer = current_app.extensions["writers"][row.purpose]
    letter = write(row)
    # A mail server may be slow: hold no lock meanwhile. Having to wait for one would also
    # tell others that the writer found an account (ASVS 6.3.8).
    db.session.commit()
    if letter is None:
        return
    subject, text = render_template(f"mail/{letter.template}.txt", **letter.values).split("\n", 1)
    message = EmailMessage()
    message["From"] = settings().mail_from
    message["To"] = row.recipient
    message["Subject"] = subject
    message["Date"] = formatdate()
    address = parseaddr(settings().mail_from)[1]
    message["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
    # RFC 3834: no holiday notice answers it. The second header says so to Exchange.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(text.strip() + "\n", cte=_encoding(text))
    post(message)


def _encoding(text: str) -> str | None:
    """Return the encoding that keeps a link in one piece in the raw mail, or None."""
    if any(len(line.encode()) > LONGEST_LINE for line in text.splitlines()):
        return None
    return "7bit" if text.isascii() else "8bit"


def init_app(app: Flask) -> None:
    app.extensions["writers"] = {}
    app.extensions["courier"] = courier = Courier(app, deliver, next_due)

    @app.teardown_request
    def wake(error: BaseException | None) -> None:
        # A process's first request wakes it too, for mails that an earlier process left.
        if g.pop("mails", ()) or not courier.running:
            courier.wake()

    @app.teardown_appcontext
    def send(error: BaseException | None) -> None:
        """Send what a command, a job or a script has left, where no request does."""
        if "mails" not in g:
            return
        if courier.running or has_request_context():
            courier.wake()
            return
        try:
            if not why_not_here():
                deliver_own()
        except Exception:
            # The mails are safe in the database, and the app looks around for them.
            logger.exception("the outbox could not be read")
