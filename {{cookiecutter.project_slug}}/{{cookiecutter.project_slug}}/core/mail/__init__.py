"""Put mail into an outbox in the request's transaction, and send it from there.

A row names a purpose and a recipient. Only when the mail is composed does the app look up the
account and create the token of a link: no request takes longer for an address that has an
account, and the table holds no secret.
"""

import logging
import re
from collections import deque
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import Any, NamedTuple, Protocol

from flask import Flask, current_app, g, has_request_context, render_template
from sqlalchemy import ColumnElement, String, cast, inspect

from ...config import settings
from ..audit import Named, record
from ..db import db, now
from ..environ import ConfigError
from ..i18n import language, set_language
from . import outbox
from .outbox import Outbox
from .transport import post
from .worker import MailWorker

# RFC 5321 4.5.3.1.6, without the CRLF.
LONGEST_LINE = 998
# What composes a mail whose purpose has no composer: its template gets the mail's detail.
NOTICE = "notice"
# How many mails `/dev/mailbox` shows.
MAILBOX_SIZE = 50
logger = logging.getLogger(__name__)


class Recipient(Named, Protocol):
    """An account, as mails reach it."""

    @property
    def email(self) -> str: ...

    @property
    def language(self) -> str: ...


class Message(NamedTuple):
    """Name the template below `mail/` and its values."""

    template: str
    values: dict[str, object]


Composer = Callable[[Outbox], Message | None]


def add_composer(app: Flask, purpose: str, compose: Composer) -> None:
    """Register the composer of a purpose; it may return None to send no mail."""
    app.extensions["composers"][purpose] = compose


def enqueue(
    purpose: str, recipient: str, *, speaking: str | None = None, **detail: str | int
) -> None:
    """Add a mail to the caller's transaction; it leaves after the request or the command.

    `detail` is for the composer, and stays in the table until then: put no secret in it.
    """
    if not settings().can_mail:
        return
    row = Outbox(
        purpose=purpose, recipient=recipient, language=speaking or language(), detail=detail
    )
    db.session.add(row)
    g.setdefault("mails", []).append(row)


def enqueue_once(purpose: str, recipient: str) -> None:
    """Add a mail that any visitor can ask for, or renew the one that waits.

    At most one waits for each recipient; pauses say when it may leave.
    """
    if not settings().can_mail:
        return
    row = outbox.add_once(purpose, recipient, language())
    g.setdefault("mails", []).append(row)


def notify(user: Recipient, purpose: str, **detail: str | int) -> None:
    """Add a notice to a user, in the user's own language."""
    # The id lets the notice be deleted with the account, even after a change of address.
    enqueue(purpose, user.email, speaking=user.language, user=user.id, **detail)


def report(user: Recipient, change: str, notice: str, **detail: Any) -> None:
    """Record a change in the audit trail, and notify the user of it."""
    record(change, user, **detail)
    notify(user, notice, change=change, **detail)


def names(user: Recipient) -> ColumnElement[bool]:
    """Match mails whose detail names a user, whatever their recipient."""
    # As text: your own mails may store no number there, which PostgreSQL could not cast.
    return cast(Outbox.detail["user"].as_string(), String) == str(user.id)


def external_url(endpoint: str, **values: str) -> str:
    """Return a link for a mail: from PUBLIC_URL, never from the Host header.

    An attacker who asks for a reset chooses that header, and the link would
    carry the victim's token to the attacker's host.
    """
    public_url = settings().public_url
    if public_url is None:
        raise ConfigError("PUBLIC_URL", "is missing: set it, so that mails can have links.")
    return public_url + current_app.url_map.bind("").build(endpoint, values)


def why_not_here() -> str | None:
    """Return why a command or a job must leave mails to the app, or None."""
    if settings().public_url is None:
        return "PUBLIC_URL is missing: set it, so that mails can have links."
    # The console would show the links only to the operator who runs the command.
    if settings().mail_server.scheme in {"console", "none"}:
        return "MAIL_URL names no mail server to send by."
    return None


def deliver(which: ColumnElement[bool] = outbox.EVERY) -> tuple[int, int]:
    """Send the mails that are due; return how many were dealt with and how many failed."""
    done = failed = 0
    while (row := outbox.claim(which)) is not None:
        began_at = now()
        if outbox.hold_back(row):
            continue
        try:
            _send(row)
        except Exception:
            logger.exception("mail %s (%s) was not sent", row.id, row.purpose)
            db.session.rollback()
            outbox.put_off(row)
            failed += 1
            continue
        outbox.take_out(row, began_at)
        done += 1
    return done, failed


def deliver_own() -> bool:
    """Send the mails that this context has committed; tell whether all of them left.

    Stop at the first failure, since an unreachable server would cost a timeout for each mail.
    The app tries again, and sends the rest.
    """
    db.session.rollback()
    # A mail that was rolled back has no identity.
    found = [inspect(row).identity for row in g.pop("mails", ())]
    own = [identity[0] for identity in found if identity]
    return all(deliver(Outbox.id == number)[1] == 0 for number in own)


def wake() -> None:
    """Let this process send the mails that are due, without waiting for it."""
    worker: MailWorker = current_app.extensions["mail_worker"]
    worker.wake()


def _send(row: Outbox) -> None:
    set_language(row.language)
    composers: dict[str, Composer] = current_app.extensions["composers"]
    composed = composers.get(row.purpose, composers[NOTICE])(row)
    # A mail server may be slow: hold no lock meanwhile. Requests that wait for one would also
    # reveal that the composer found an account (ASVS 6.3.8).
    db.session.commit()
    if composed is None:
        return
    template, values = f"mail/{composed.template}.txt", composed.values
    subject, text = render_template(template, **values).split("\n", 1)
    message = EmailMessage()
    message["From"] = settings().mail_from
    message["To"] = row.recipient
    message["Subject"] = subject
    message["Date"] = formatdate()
    address = parseaddr(settings().mail_from)[1]
    message["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
    # RFC 3834: prevent automatic replies. The second header is for Exchange.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    text = text.strip() + "\n"
    message.set_content(text, cte=_encoding(text))
    page = html_from(subject, text)
    message.add_alternative(page, subtype="html", cte=_encoding(page))
    post(message)


def html_from(subject: str, text: str) -> str:
    """Make the HTML part of a mail from its text: no mail needs a second template.

    A blank line ends a paragraph; a line with only our URL is a link.
    """
    paragraphs = [part.splitlines() for part in re.split(r"\n\s*\n", text.strip())]
    # Other addresses stay text: a name that a user chose must not become a link to a site of
    # the user's choice.
    our_url = re.compile(re.escape(f"{settings().public_url}/") + r"\S*")
    return render_template(
        "mail/layout.html", subject=subject, paragraphs=paragraphs, is_link=our_url.fullmatch
    )


def _encoding(text: str) -> str | None:
    """Return the encoding that keeps a link in one piece in the raw mail, or None."""
    if any(len(line.encode()) > LONGEST_LINE for line in text.splitlines()):
        return None
    return "7bit" if text.isascii() else "8bit"


def init_app(app: Flask) -> None:
    app.extensions["composers"] = {}
    app.extensions["mailbox"] = deque(maxlen=MAILBOX_SIZE)
    app.extensions["mail_worker"] = MailWorker(app, deliver, outbox.next_due)

    @app.teardown_request
    def wake_up(error: BaseException | None) -> None:
        # A process's first request wakes it too, for mails that an earlier process left.
        if g.pop("mails", ()) or not app.extensions["mail_worker"].running:
            wake()

    @app.teardown_appcontext
    def send(error: BaseException | None) -> None:
        """Send the mails that a command, a job or a script has added outside a request."""
        if "mails" not in g:
            return
        if app.extensions["mail_worker"].running or has_request_context():
            wake()
            return
        try:
            if not why_not_here():
                deliver_own()
        except Exception:
            # The mails are safe in the database, and the app's worker will find them.
            logger.exception("the outbox could not be read")
