"""Collect what the app stores about a user; each part of the account adds its own."""

import json
from base64 import b64encode
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from ...auth import accounts, links
from ...auth.browsers import KnownBrowser
from ...auth.links import Link
from ...auth.parts import all_parts
from ...auth.sessions import active_sessions
from ...core.audit import Event
from ...core.db import db
from ...core.mail.outbox import Outbox
from ...models import User

# The user's row without these: they would help an attacker, or mean nothing outside the app.
LEFT_OUT = {"id", "password_hash", "session_epoch"}


def as_json(user: User) -> str:
    """Return everything about a user as the text of a file; times are in UTC (ISO 8601)."""
    return json.dumps(_collect(user), default=_as_text, ensure_ascii=False, indent=2)


def _collect(user: User) -> dict[str, object]:
    columns = [column.name for column in User.__table__.columns]
    own = {name: getattr(user, name) for name in columns if name not in LEFT_OUT}
    own["sessions"] = [session._asdict() for session in active_sessions(user)]
    browsers = KnownBrowser.user_id == user.id
    own["known_browsers"] = _rows(browsers, KnownBrowser.used_at)
    mailed = (Link.created_at, Link.purpose, Link.email, Link.ends_at)
    own["links"] = _rows(links.of(user), *mailed)
    waiting = (Outbox.created_at, Outbox.purpose, Outbox.recipient, Outbox.language, Outbox.detail)
    own["mails"] = _rows(accounts.mails_of(user), *waiting)
    happened = (Event.at, Event.kind, Event.address, Event.client, Event.detail)
    own["events"] = [_without_others(row) for row in _rows(Event.user_id == user.id, *happened)]
    parts = {part.name: part.export(user) for part in all_parts() if part.export}
    return {"account": own, **parts}


def _rows(
    which: ColumnElement[bool], *columns: InstrumentedAttribute[object]
) -> list[dict[str, Any]]:
    """Return rows of a table, the oldest first: the first column is their time."""
    found = db.session.execute(select(*columns).where(which).order_by(columns[0]))
    return [dict(row) for row in found.mappings()]


def _without_others(event: dict[str, Any]) -> dict[str, Any]:
    """Leave out which administrator acted, and from where: that is data of another person."""
    hidden = {"address": "", "client": "", "detail": {}}
    return event | hidden if "by" in event["detail"] else event


def _as_text(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else str(value)
