"""Compose the mails about accounts when they are sent: only then look the account up."""

from flask import Flask

from ..config import LINK_MINUTES
from ..core import mail, user_agents
from ..core.i18n import set_language, show_time
from ..core.mail import Message
from ..core.mail.outbox import Outbox
from . import accounts, links


def _compose_register(row: Outbox) -> Message:
    owner = accounts.find(row.recipient)
    if owner is not None:
        set_language(owner.language)
        return Message("registered_already", {"url": mail.external_url("reset.start")})
    token = links.create("register", row.recipient)
    url = mail.external_url("register.open_mailed", token=token)
    return Message("register", {"url": url, "minutes": LINK_MINUTES})


def _compose_reset(row: Outbox) -> Message | None:
    user = accounts.find(row.recipient)
    if user is None or user.disabled_at is not None:
        return None
    set_language(user.language)
    token = links.create("reset", user.email, user)
    url = mail.external_url("reset.open_mailed", token=token)
    return Message("reset", {"url": url, "minutes": LINK_MINUTES, "name": user.name})


def _compose_notice(row: Outbox) -> Message:
    """Report a change and its time, and how to recover the account; the template says which."""
    url = mail.external_url("reset.start")
    return Message(row.purpose, {**row.detail, "url": url, "time": show_time(row.created_at)})


def _compose_new_browser(row: Outbox) -> Message:
    values = {
        "client": user_agents.describe(row.detail["client"]),
        "address": row.detail["address"],
        "time": show_time(row.created_at),
        "url": mail.external_url("account.password"),
    }
    return Message("new_browser", values)


def init_app(app: Flask) -> None:
    mail.add_composer(app, "register", _compose_register)
    mail.add_composer(app, "reset", _compose_reset)
    mail.add_composer(app, "new_browser", _compose_new_browser)
    mail.add_composer(app, mail.NOTICE, _compose_notice)
