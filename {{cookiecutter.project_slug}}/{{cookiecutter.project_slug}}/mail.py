"""Write mail into an outbox with the request's work, and send it from there.

A row names a purpose and a recipient. Whether there is an account, and the token
of a link, are settled when the mail is written: no request takes longer for an
address that is known, and nothing secret lies in the table.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import NamedTuple

from flask import Flask, current_app, g, render_template
from sqlalchemy import ColumnElement, String, cast, delete, select, update

from .config import settings
from .courier import Courier
from .db import db, now
from .environ import ConfigError
from .i18n import language, speak
from .models import Outbox, User
from .postman import post

# While one worker sends a mail the others leave it alone.
CLAIM = timedelta(minutes=5)
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
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
    """Add a mail to the caller's transaction; it leaves after the request.

    `detail` is for the writer, and lies in the table until then: nothing secret.
    """
    if not settings().can_mail:
        return
    row = Outbox(
        purpose=purpose, recipient=recipient, language=speaking or language(), detail=detail
    )
    db.session.add(row)
    g.mail_waits = True


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


def deliver() -> tuple[int, int]:
    """Send what is due; return how many mails were dealt with and how many failed."""
    done = failed = 0
    while (row := _claim()) is not None:
        try:
            _send(row)
        except Exception:
            logger.exception("mail %s (%s) was not sent", row.id, row.purpose)
            _put_off(row)
            failed += 1
            continue
        db.session.execute(delete(Outbox).where(Outbox.id == row.id))
        db.session.commit()
        done += 1
    return done, failed


def revive() -> None:
    """Make every mail in the outbox due now, those given up among them."""
    db.session.execute(update(Outbox).values(due_at=now(), attempts=0))
    db.session.commit()


def some_wait() -> bool:
    """Tell whether a mail waits for its next try."""
    waiting = select(Outbox.id).where(Outbox.due_at.is_not(None)).limit(1)
    found = db.session.scalar(waiting) is not None
    db.session.commit()
    return found


def _claim() -> Outbox | None:
    due = select(Outbox.id).where(Outbox.due_at <= now()).order_by(Outbox.id).limit(1)
    claim = (
        update(Outbox)
        .where(Outbox.id == due.scalar_subquery(), Outbox.due_at <= now())
        .values(due_at=now() + CLAIM, attempts=Outbox.attempts + 1)
        .returning(Outbox)
    )
    row = db.session.scalars(claim).first()
    db.session.commit()
    return row


def _put_off(row: Outbox) -> None:
    db.session.rollback()
    tries = row.attempts - 1
    due_at = now() + RETRY_AFTER[tries] if tries < len(RETRY_AFTER) else None
    if due_at is None:
        logger.error("mail %s is given up: see `flask mail retry`", row.id)
    db.session.execute(update(Outbox).where(Outbox.id == row.id).values(due_at=due_at))
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
    message.set_content(text.strip() + "\n")
    post(message)


def init_app(app: Flask) -> None:
    app.extensions["writers"] = {}
    app.extensions["courier"] = courier = Courier(app, deliver, some_wait)

    @app.teardown_request
    def wake(error: BaseException | None) -> None:
        # A process's first request wakes it too, for mails that an earlier process left.
        if g.pop("mail_waits", False) or not courier.running:
            courier.wake()
