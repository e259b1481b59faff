"""Own the tables of second factors. Functions that write join the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import LargeBinary, delete, exists, select, update
from sqlalchemy.orm import Mapped, column_property, mapped_column

from ...core.db import Base, OwnerId, TokenHash, changed, db
from ...models import User
from . import encryption

# Rows per transaction: SQLite has one writer, and every other one waits for it.
BATCH = 100
# Many requests need to know whether a user has a second factor: the query that reads the user
# also fills an attribute of this name.
IS_SET_UP = "has_second_factor"


class SecondFactor(Base):
    """Hold the second factor of an account that has set one up."""

    __tablename__ = "second_factors"

    user_id: Mapped[OwnerId] = mapped_column(primary_key=True, index=False)
    # Shared with the authenticator app; encrypted.
    secret: Mapped[bytes] = mapped_column(LargeBinary(255))
    since: Mapped[datetime]
    # The 30-second step of the code used last: neither it nor an older one is accepted again.
    last_step: Mapped[int]
    # Wrong codes since the last right one, and when a notice of wrong ones was last mailed.
    failures: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """Hold a code for a user who has lost the second factor. Using it deletes it."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[OwnerId]
    code_hash: Mapped[TokenHash]


_owned = exists().where(SecondFactor.user_id == User.id).correlate_except(SecondFactor)
User.__mapper__.add_property(IS_SET_UP, column_property(_owned))


def is_set_up(user: User) -> bool:
    """Tell whether a user had a second factor when the user was read."""
    return bool(getattr(user, IS_SET_UP))


def find(user: User) -> SecondFactor | None:
    """Read a user's second factor again."""
    return db.session.get(SecondFactor, user.id, populate_existing=True)


def since(user: User) -> datetime | None:
    """Return when a user set up the second factor, or None."""
    found = find(user)
    return found.since if found else None


def drop(user: User) -> None:
    """Remove an account's second factor and its recovery codes."""
    db.session.execute(delete(SecondFactor).where(SecondFactor.user_id == user.id))
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def reencrypt_all(keys: Sequence[str]) -> tuple[int, list[str]]:
    """Re-encrypt every secret under the first key; return how many, and whose is unreadable.

    Safe to repeat, and to run while the app does: a row that changes meanwhile is left alone.
    """
    done, unreadable, last_id = 0, list[str](), 0
    columns = select(User.id, User.email, SecondFactor.secret).join_from(User, SecondFactor)
    batch = columns.order_by(User.id).limit(BATCH)
    while rows := db.session.execute(batch.where(User.id > last_id)).all():
        for last_id, email, token in rows:
            try:
                renewed = encryption.rotate(token, keys)
            except encryption.Unreadable:
                unreadable.append(email)
                continue
            same = (SecondFactor.user_id == last_id, SecondFactor.secret == token)
            done += changed(update(SecondFactor).where(*same).values(secret=renewed))
        db.session.commit()
    # The last SELECT, which found no more rows, has begun a transaction too.
    db.session.commit()
    return done, unreadable
