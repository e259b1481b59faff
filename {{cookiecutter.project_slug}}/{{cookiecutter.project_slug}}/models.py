"""Own the accounts; add your own tables below them."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from .core.addresses import EMAIL_MAX_LENGTH as EMAIL_MAX_LENGTH
from .core.db import Base, PublicId, now
from .core.names import NAME_MAX_LENGTH as NAME_MAX_LENGTH


class User(Base):
    """Hold an account. Registration creates it only after the address is confirmed."""

    __tablename__ = "users"
    # Ids are never reused: a new account must not inherit references to a deleted one.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Identifies the user in tokens and logs: it reveals nothing and cannot be enumerated.
    public_id: Mapped[PublicId]
    # Stored in lower case, so that it is unique regardless of case.
    email: Mapped[str] = mapped_column(String(EMAIL_MAX_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX_LENGTH))
    language: Mapped[str] = mapped_column(String(8))
    # None for an account with another way to log in, until its owner sets a password by mail.
    password_hash: Mapped[str | None] = mapped_column(String(255))
    # Raised to end every session at once: each session stores the epoch it began in.
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]
