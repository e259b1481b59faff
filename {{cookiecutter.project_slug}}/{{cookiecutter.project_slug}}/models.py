"""Own the tables that do not depend on how a signed-in user is remembered."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, now

EMAIL_MAX_LENGTH = 254
NAME_MAX_LENGTH = 100


class User(Base):
    """Hold an account. It exists only once its address has been proved."""

    __tablename__ = "users"
    # Never reused: a new account must not inherit what named an old one.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    # What tokens and logs carry: it tells nothing and cannot be counted up.
    public_id: Mapped[str] = mapped_column(
        String(32), unique=True, default=lambda: secrets.token_hex(16)
    )
    # Kept in lower case, so that it is unique whatever the spelling.
    email: Mapped[str] = mapped_column(String(EMAIL_MAX_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX_LENGTH))
    language: Mapped[str] = mapped_column(String(8))
    password_hash: Mapped[str] = mapped_column(String(255))
    # Raised to end every session at once: each carries the epoch it began in.
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]
    # What the authenticator app knows too, encrypted; none without a second factor.
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary(255))
    totp_since: Mapped[datetime | None]
    # The 30 seconds whose code was used last: neither it nor an older one is taken again.
    totp_last_step: Mapped[int | None]
    # Wrong codes since the last right one, and when a notice of wrong ones was last mailed.
    totp_failures: Mapped[int] = mapped_column(default=0)
    totp_told_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """Hold a code for whoever has lost the second factor. Using it deletes it."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class Link(Base):
    """Hold a link that was mailed. Using it deletes it."""

    __tablename__ = "links"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    email: Mapped[str] = mapped_column(String(EMAIL_MAX_LENGTH), index=True)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    # The user's epoch when it was made: a changed password or address voids the link.
    epoch: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    ends_at: Mapped[datetime] = mapped_column(index=True)


class Outbox(Base):
    """Hold a mail to be sent: its purpose and recipient, nothing secret."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(EMAIL_MAX_LENGTH))
    language: Mapped[str] = mapped_column(String(8))
    # What the letter is to say besides; nothing secret either.
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    # When to try (again); nothing once it has been given up.
    due_at: Mapped[datetime | None] = mapped_column(default=now, index=True)
    # No worker takes it before: another one is sending it, or a pause lasts (see pauses.py).
    held_until: Mapped[datetime] = mapped_column(default=now)
    # Of mails that a visitor can ask for, at most one of a purpose waits for a recipient.
    pause_key: Mapped[str | None] = mapped_column(String(64), unique=True)


class Throttle(Base):
    """Count attempts within a window; the key is a hash, not an address."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class Event(Base):
    """Hold one line of the audit trail."""

    __tablename__ = "events"
    # Shown to each user, latest first.
    __table_args__ = (Index(None, "user_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    kind: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    address: Mapped[str] = mapped_column(String(45))
    client: Mapped[str] = mapped_column(String(200))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
