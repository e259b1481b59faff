"""Keep the audit trail: one row and one log line for every event that matters."""

import logging
import re
from datetime import datetime
from typing import Annotated, Any, Protocol

from flask import has_request_context, request
from sqlalchemy import JSON, Connection, ForeignKey, Index, String, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from .db import Base, db, now

CLIENT_MAX_LENGTH = 200
WITH_PORT = re.compile(r"\[(.+)\](?::[0-9]+)?|([0-9.]+):[0-9]+")
# The columns of what `client_address` and `client_name` return.
Address = Annotated[str, mapped_column(String(45))]
Client = Annotated[str, mapped_column(String(200))]
logger = logging.getLogger(__name__)


class Named(Protocol):
    """An account, as core/ names it: `models.User` fits, and so may yours."""

    @property
    def id(self) -> int: ...

    @property
    def public_id(self) -> str: ...


class Event(Base):
    """Hold one line of the audit trail."""

    __tablename__ = "events"
    # Shown to each user, latest first.
    __table_args__ = (Index(None, "user_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    kind: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    address: Mapped[Address]
    client: Mapped[Client]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


# Straight into the table: building the statement anew takes longer than running it.
_ADD = insert(Base.metadata.tables["events"])


def record(
    kind: str,
    user: Named | None = None,
    *,
    within: Session | Connection | None = None,
    **detail: str | int | bool | None,
) -> None:
    """Add an event to the caller's transaction and write its line to the log.

    `detail` never holds a secret, nor an address that is not confirmed.
    """
    row = {
        "kind": kind,
        "user_id": user.id if user else None,
        "address": client_address(),
        "client": client_name(),
        "detail": detail,
    }
    (within or db.session).execute(_ADD, row)
    who = user.public_id if user else "-"
    fields = {"event": kind, "user": who, "address": row["address"] or "-"}
    logger.info("%(event)s user=%(user)s address=%(address)s", fields, extra=fields)


def client_address() -> str:
    """Return the peer's address, or the one that a trusted proxy reports."""
    if not has_request_context():
        return ""
    address = printable(request.remote_addr or "")
    # Some proxies add the port. It differs per connection, so each would get its own limits.
    with_port = WITH_PORT.fullmatch(address)
    return (with_port[1] or with_port[2] if with_port else address)[:45]


def client_name() -> str:
    """Return the browser's User-Agent."""
    if not has_request_context():
        return "command line"
    return printable(request.user_agent.string[:CLIENT_MAX_LENGTH])


def printable(text: str) -> str:
    """Return a text without line breaks and controls, which an attacker may have sent."""
    return "".join(letter for letter in text if letter.isprintable())
