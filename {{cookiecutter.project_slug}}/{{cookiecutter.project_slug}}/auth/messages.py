"""Write the mails that accounts cause: what is settled only when they are sent."""

from flask import Flask

from ..config import LINK_MINUTES
from ..core import mail, user_agents
from ..core.i18n import show_time, speak
from ..core.mail import Letter
from ..core.mail.outbox import Outbox
from . import accounts, links


def _write_register(row: Outbox) -> Letter:
    owner = accounts.find(row.recipient)
    if owner is not None:
        speak(owner.language)
        return Letter("registered_already", {"url": mail.external_url("reset.start")})
    token = links.mint("register", row.recipient)
    url = mail.external_url("register.open_mailed", token=token)
    return Letter("register", {"url": url, "minutes": LINK_MINUTES})


def _write_reset(row: Outbox) -> Letter | None:
    user = accounts.find(row.recipient)
    if user is None or user.disabled_at is not None:
        return None
    speak(user.language)
    token = links.mint("reset", user.email, user)
    url = mail.external_url("reset.open_mailed", token=token)
    return Letter("reset", {"url": url, "minutes": LINK_MINUTES, "name": user.name})


def _write_notice(row: Outbox) -> Letter:
    """Tell of a change at the time it was made, and how to take the account back."""
    url = mail.external_url("reset.start")
    return Letter(row.purpose, {"url": url, "time": show_time(row.created_at)})


def _write_new_browser(row: Outbox) -> Letter:
    values = {
        "client": user_agents.describe(row.detail["client"]),
        "address": row.detail["address"],
        "time": show_time(row.created_at),
        "url": mail.external_url("account.password"),
    }
    return Letter("new_browser", values)


def init_app(app: Flask) -> None:
    mail.add_writer(app, "register", _write_register)
    mail.add_writer(app, "reset", _write_reset)
    mail.add_writer(app, "password_changed", _write_notice)
    mail.add_writer(app, "second_factor_reset", _write_notice)
    mail.add_writer(app, "new_browser", _write_new_browser)
