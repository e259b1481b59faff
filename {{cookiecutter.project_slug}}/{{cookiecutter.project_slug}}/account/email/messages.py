"""Write the mails about a change of address."""

from flask import Flask

from ...auth import accounts, links
from ...config import LINK_MINUTES
from ...core import mail
from ...core.db import db
from ...core.i18n import show_time, speak
from ...core.mail import Letter
from ...core.mail.outbox import Outbox
from .changes import UNDO_FOR


def _write_change(row: Outbox) -> Letter | None:
    user = accounts.lock(row.detail["user"])
    # A password changed since then voids the wish, as it voids a link.
    if user is None or user.session_epoch != row.detail["epoch"]:
        return None
    owner = accounts.find(row.recipient)
    if owner is not None:
        speak(owner.language)
        return Letter("email_taken", {"url": mail.external_url("auth.login")})
    token = links.mint("email", row.recipient, user)
    url = mail.external_url("email.open_mailed", token=token)
    return Letter("email_change", {"url": url, "minutes": LINK_MINUTES})


def _write_changed(row: Outbox) -> Letter | None:
    user = accounts.lock(row.detail["user"])
    # An undo that took this mail away must not be followed by a link of it.
    if user is None or db.session.get(Outbox, row.id, populate_existing=True) is None:
        return None
    since = row.created_at
    token = links.mint(
        "email_undo", row.recipient, user, lifetime=UNDO_FOR, since=since, survives=True
    )
    url = mail.external_url("email.open_undo", token=token)
    return Letter("email_changed", {"url": url, "days": UNDO_FOR.days, "time": show_time(since)})


def _write_undone(row: Outbox) -> Letter:
    return Letter("email_change_undone", {"time": show_time(row.created_at)})


def _write_final(row: Outbox) -> Letter:
    url = mail.external_url("reset.start")
    return Letter("email_change_final", {"url": url, "time": show_time(row.created_at)})


def init_app(app: Flask) -> None:
    mail.add_writer(app, "email_change", _write_change)
    mail.add_writer(app, "email_changed", _write_changed)
    mail.add_writer(app, "email_change_undone", _write_undone)
    mail.add_writer(app, "email_change_final", _write_final)
