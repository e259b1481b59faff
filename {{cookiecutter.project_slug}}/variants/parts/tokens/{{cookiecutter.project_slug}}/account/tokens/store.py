"""Own the table of API tokens. Functions that write join the caller's transaction."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, String, bindparam, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ...auth import accounts
from ...core import audit
from ...core.db import Base, OwnerId, PublicId, TokenHash, db, now, read_one, write_unless_busy
from ...core.db.cleanup import delete_all_expired
from ...core.i18n import gettext as _
from ...core.names import NAME_MAX_LENGTH
from ...core.tokens import hash_token
from ...models import User

# The name of the package: scanners for leaked secrets find tokens by it.
PREFIX = f"{__name__.partition('.')[0]}_"
TOKEN_BYTES = 32
TOUCH_EVERY = timedelta(minutes=1)


class ApiToken(Base):
    """Hold an API token as a hash: an attacker who reads the table cannot use it."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Identifies the token in URLs and commands; grants no access.
    handle: Mapped[PublicId]
    user_id: Mapped[OwnerId]
    token_hash: Mapped[TokenHash] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX_LENGTH))
    can_write: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(default=now)
    ends_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    used_address: Mapped[audit.Address] = mapped_column(default="")


_LOAD = (
    select(ApiToken, User)
    .join(User, User.id == ApiToken.user_id)
    .where(ApiToken.token_hash == bindparam("token_hash"))
)


def find(token: str) -> Row[ApiToken, User] | None:
    """Return a token, even an expired one, and its user, both by one query."""
    return read_one(_LOAD, {"token_hash": hash_token(token)})


def touch(token: ApiToken) -> None:
    """Update the last use once a minute, unless that would have to wait for a lock."""
    moment = now()
    if token.used_at is None or token.used_at <= moment - TOUCH_EVERY:
        used = update(ApiToken).where(ApiToken.id == token.id)
        write_unless_busy(used.values(used_at=moment, used_address=audit.client_address()))


def all_of(user: User) -> Sequence[ApiToken]:
    """Return the tokens of a user that are stored, oldest first."""
    mine = select(ApiToken).where(ApiToken.user_id == user.id)
    return db.session.scalars(mine.order_by(ApiToken.id)).all()


def valid_of(user: User) -> list[ApiToken]:
    """Return those of them that have not expired."""
    moment = now()
    return [token for token in all_of(user) if token.ends_at > moment]


def add(user: User, *, name: str, can_write: bool, days: int) -> str:
    """Add a token and return it; only its hash is kept."""
    token = PREFIX + secrets.token_hex(TOKEN_BYTES)
    ends_at = now() + timedelta(days=days)
    row = {"name": name, "can_write": can_write, "ends_at": ends_at}
    db.session.add(ApiToken(user_id=user.id, token_hash=hash_token(token), **row))
    return token


def end(user: User, handle: str) -> str | None:
    """End a token of a user; return its name, or None if the user has none such."""
    # Lock the account before what belongs to it: another order can deadlock.
    accounts.lock(user.id)
    gone = delete(ApiToken).where(ApiToken.user_id == user.id, ApiToken.handle == handle)
    return db.session.scalar(gone.returning(ApiToken.name))


def end_all(user: User) -> None:
    db.session.execute(delete(ApiToken).where(ApiToken.user_id == user.id))


def names_of(user: User) -> list[str]:
    return [_("API token: %(name)s", name=token.name) for token in valid_of(user)]


def purge() -> int:
    """Delete expired tokens, in small batches; return how many."""
    return delete_all_expired(ApiToken, ApiToken.ends_at <= now())
