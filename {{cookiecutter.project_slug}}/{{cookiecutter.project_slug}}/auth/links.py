"""Own mailed links: random, stored hashed, used once, soon expired."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, delete, exists, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from ..config import LINK_MINUTES
from ..core.addresses import EMAIL_MAX_LENGTH
from ..core.db import Base, OwnerId, TokenHash, db, now
from ..core.tokens import hash_token, new_token
from ..models import User

LIFETIME = timedelta(minutes=LINK_MINUTES)


class Link(Base):
    """Hold a mailed link. Using it deletes it."""

    __tablename__ = "links"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[TokenHash] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(String(EMAIL_MAX_LENGTH), index=True)
    user_id: Mapped[OwnerId | None]
    # The user's epoch at creation: changing the password or address revokes the link.
    epoch: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    ends_at: Mapped[datetime] = mapped_column(index=True)


def create(
    purpose: str,
    email: str,
    user: User | None = None,
    *,
    lifetime: timedelta = LIFETIME,
    since: datetime | None = None,
    epoch_bound: bool = True,
) -> str:
    """Store a link and return its token, which only the mail contains.

    Unless `epoch_bound`, it stays valid when its user's password or address changes.
    `since` overrides the creation time when the mail was delayed.
    """
    token, began_at = new_token(), since or now()
    link = Link(
        purpose=purpose,
        token_hash=hash_token(token),
        email=email,
        user_id=user.id if user else None,
        epoch=user.session_epoch if user and epoch_bound else None,
        created_at=began_at,
        ends_at=began_at + lifetime,
    )
    db.session.add(link)
    db.session.commit()
    return token


def find_by_token(purpose: str, token: str) -> Link | None:
    """Return the live link of a token that came in a URL."""
    return _find(purpose, Link.token_hash == hash_token(token))


def find_last(purpose: str, ids: Sequence[int]) -> Link | None:
    """Return the live link whose row id comes last in a session's list."""
    wanted = select(Link).where(Link.id.in_(ids), Link.purpose == purpose, _is_live())
    found = {link.id: link for link in db.session.scalars(wanted)}
    return next((found[link_id] for link_id in reversed(ids) if link_id in found), None)


def use(link: Link) -> bool:
    """Use up a link and its siblings; False if a parallel request was faster."""
    siblings = _lock(Link.purpose == link.purpose, Link.email == link.email)
    if _find(link.purpose, Link.id == link.id) is None:
        return False
    db.session.execute(delete(Link).where(Link.id.in_(siblings)))
    return True


def revoke(user: User, *, since: datetime) -> None:
    """Revoke a user's links, except those not bound to the epoch and older than `since`."""
    older = and_(Link.epoch.is_(None), Link.created_at < since)
    voided = _lock(Link.user_id == user.id, ~older)
    db.session.execute(delete(Link).where(Link.id.in_(voided)))


def of(user: User) -> ColumnElement[bool]:
    """Match a user's links, and those mailed to the address before the account existed."""
    asked = and_(Link.user_id.is_(None), Link.email == user.email)
    return or_(Link.user_id == user.id, asked)


def delete_all(user: User) -> None:
    doomed = _lock(of(user))
    db.session.execute(delete(Link).where(Link.id.in_(doomed)))


def _lock(*which: ColumnElement[bool]) -> Sequence[int]:
    """Lock links and return their row ids. Always lock in id order: another can deadlock."""
    locked = select(Link.id).where(*which).order_by(Link.id).with_for_update()
    return db.session.scalars(locked).all()


def _find(purpose: str, which: ColumnElement[bool]) -> Link | None:
    return db.session.scalar(select(Link).where(which, Link.purpose == purpose, _is_live()))


def _is_live() -> ColumnElement[bool]:
    """Match links that have not expired, and whose user has the same password and address."""
    # A link that confirms a new address was sent to that address.
    same_address = or_(User.email == Link.email, Link.purpose == "email")
    unchanged = exists().where(
        User.id == Link.user_id, User.session_epoch == Link.epoch, same_address
    )
    return and_(Link.ends_at > now(), or_(Link.epoch.is_(None), unchanged))
