"""Own the table of connected accounts. Functions that write join the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ...auth.parts import needs_passkey
from ...core import audit
from ...core.db import Base, OwnerId, PublicId, db, now, upsert
from ...models import User
from . import protocol
from .providers import TEXT_MAX_LENGTH, Identity, Provider, all_providers


class Connection(Base):
    """Hold which account of a provider logs in to which account of ours."""

    __tablename__ = "social_connections"
    # Never the address: its owner may change, and providers let people claim any (nOAuth).
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Identifies the connection in URLs.
    public_id: Mapped[PublicId]
    user_id: Mapped[OwnerId]
    issuer: Mapped[str] = mapped_column(String(TEXT_MAX_LENGTH))
    subject: Mapped[str] = mapped_column(String(TEXT_MAX_LENGTH))
    provider: Mapped[str] = mapped_column(String(30))
    # How the user knows it: an address or a name there.
    name: Mapped[str] = mapped_column(String(TEXT_MAX_LENGTH))
    created_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        known = all_providers().get(self.provider)
        return f"{known.label if known else self.provider}: {self.name}"


def use(provider: Provider, found: Identity) -> User | None:
    """Return the account that somebody at a provider is connected with; record the use."""
    this = Connection.issuer == provider.issuer, Connection.subject == found.subject
    used = update(Connection).where(*this).values(used_at=now())
    user_id = db.session.scalar(used.returning(Connection.user_id))
    return db.session.get(User, user_id) if user_id else None


def add(user: User, provider: Provider, found: Identity) -> bool:
    """Connect an account; return False if somebody at a provider is connected already."""
    new = upsert(Connection).values(
        user_id=user.id,
        issuer=provider.issuer,
        subject=found.subject,
        provider=provider.name,
        name=audit.printable(found.address or found.name or found.subject)[:TEXT_MAX_LENGTH],
    )
    new = new.on_conflict_do_nothing(index_elements=["issuer", "subject"])
    return db.session.scalar(new.returning(Connection.id)) is not None


def all_of(user: User) -> Sequence[Connection]:
    mine = select(Connection).where(Connection.user_id == user.id)
    return db.session.scalars(mine.order_by(Connection.id)).all()


def can_confirm(user: User, provider: Provider) -> bool:
    """Tell whether a provider's answer proves a user who has no password."""
    if user.password_hash is not None or needs_passkey(user) or not protocol.asks_again(provider):
        return False
    return any(one.issuer == provider.issuer for one in all_of(user))


def remove(user: User, public_id: str) -> str | None:
    """Disconnect; return what it was called, or None if the user has none such."""
    this = Connection.user_id == user.id, Connection.public_id == public_id
    gone = db.session.scalar(delete(Connection).where(*this).returning(Connection))
    return gone.label if gone else None


def remove_all(user: User) -> None:
    db.session.execute(delete(Connection).where(Connection.user_id == user.id))


def names_of(user: User) -> list[str]:
    """Name the connections that log in: those whose provider is still set up."""
    issuers = {provider.issuer for provider in all_providers().values()}
    return [one.label for one in all_of(user) if one.issuer in issuers]
