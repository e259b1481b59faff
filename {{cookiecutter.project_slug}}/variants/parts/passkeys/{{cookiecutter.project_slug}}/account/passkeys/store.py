"""Own the table of passkeys. Functions that write join the caller's transaction."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, Row, String, delete, exists, select, update
from sqlalchemy.orm import Mapped, column_property, mapped_column

from ...auth import accounts
from ...core.db import Base, OwnerId, PublicId, changed, db, now, upsert
from ...core.i18n import gettext as _
from ...core.names import NAME_MAX_LENGTH
from ...models import User

# The query that reads the user also fills an attribute of this name.
HAS_PASSKEY = "has_passkey"


class Passkey(Base):
    """Hold the public half of a passkey."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Identifies the passkey in URLs.
    public_id: Mapped[PublicId]
    user_id: Mapped[OwnerId]
    # Random, the same for all passkeys of an account: the authenticator stores it, and returns
    # it at login. It must not reveal the account (WebAuthn Level 3, 14.6.1).
    user_handle: Mapped[bytes] = mapped_column(LargeBinary(32))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    # The model of authenticator, the credential id again, and the public key.
    credential: Mapped[bytes] = mapped_column(LargeBinary(4096))
    counter: Mapped[int] = mapped_column(BigInteger)
    backup_eligible: Mapped[bool]
    backed_up: Mapped[bool]
    transports: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(NAME_MAX_LENGTH))
    created_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime | None]


_owned = exists().where(Passkey.user_id == User.id).correlate_except(Passkey)
User.__mapper__.add_property(HAS_PASSKEY, column_property(_owned))


def has_passkey(user: User) -> bool:
    """Tell whether a user had a passkey when the user was read."""
    return bool(getattr(user, HAS_PASSKEY))


def handle_of(user: User) -> bytes:
    """Return the handle of an account, a new one for its first passkey."""
    mine = select(Passkey.user_handle).where(Passkey.user_id == user.id).limit(1)
    return db.session.scalar(mine) or secrets.token_bytes(32)


def all_of(user: User) -> Sequence[Passkey]:
    mine = select(Passkey).where(Passkey.user_id == user.id)
    return db.session.scalars(mine.order_by(Passkey.id)).all()


def find(credential_id: bytes) -> Row[Passkey, User] | None:
    """Return a passkey and its account."""
    both = select(Passkey, User).join(User, User.id == Passkey.user_id)
    return db.session.execute(both.where(Passkey.credential_id == credential_id)).first()


def add(**values: object) -> bool:
    """Add a passkey; return False if it is there already, for any account."""
    new = upsert(Passkey).values(values).on_conflict_do_nothing(index_elements=["credential_id"])
    return db.session.scalar(new.returning(Passkey.id)) is not None


def record_use(passkey: Passkey, changes: dict[str, object]) -> bool:
    """Record a use; return False if a parallel one has changed the counter, or it is removed."""
    same = (Passkey.id == passkey.id, Passkey.counter == passkey.counter)
    return changed(update(Passkey).where(*same).values(**changes, used_at=now()))


def rename(user: User, public_id: str, name: str) -> bool:
    """Rename a passkey of an account; return False if it has none such."""
    # Lock the account before what belongs to it: another order can deadlock.
    accounts.lock(user.id)
    mine = Passkey.user_id == user.id, Passkey.public_id == public_id
    return changed(update(Passkey).where(*mine).values(name=name))


def remove(user: User, public_id: str) -> str | None:
    """Remove a passkey of an account; return its name, or None if it has none such."""
    mine = Passkey.user_id == user.id, Passkey.public_id == public_id
    return db.session.scalar(delete(Passkey).where(*mine).returning(Passkey.name))


def remove_all(user: User) -> None:
    db.session.execute(delete(Passkey).where(Passkey.user_id == user.id))


def names_of(user: User) -> list[str]:
    return [_("Passkey: %(name)s", name=passkey.name) for passkey in all_of(user)]
