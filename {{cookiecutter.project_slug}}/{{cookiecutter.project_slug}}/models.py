"""Own the accounts; put your own tables after them."""

import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from .core.addresses import EMAIL_MAX_LENGTH as EMAIL_MAX_LENGTH
from .core.db import Base, now
from .core.names import NAME_MAX_LENGTH as NAME_MAX_LENGTH


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
    """Hold a code for a user who has lost the second factor. Using it deletes it."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
