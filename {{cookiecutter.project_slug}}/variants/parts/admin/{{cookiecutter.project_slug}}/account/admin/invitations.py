"""Own the table of invitations, and compose their mails.

Functions that write join the caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from ...auth import accounts, links
from ...core import audit, mail
from ...core.addresses import EMAIL_MAX_LENGTH
from ...core.db import Base, OwnerId, changed, db, now, upsert
from ...core.db.cleanup import delete_all_expired
from ...core.mail import Message
from ...core.mail.outbox import Outbox
from ...models import User
from . import roles

PURPOSE = "invite"
LIFETIME = timedelta(days=7)


class Invitation(Base):
    """Hold what an address is invited to. The account that accepts it deletes it.

    The mailed link lies in the table of links; without this row it opens nothing.
    """

    __tablename__ = "invitations"

    email: Mapped[str] = mapped_column(String(EMAIL_MAX_LENGTH), primary_key=True)
    role: Mapped[str | None] = mapped_column(String(20))
    # The admin who invited; None if an operator did.
    invited_by: Mapped[OwnerId | None]
    ends_at: Mapped[datetime] = mapped_column(index=True)


def invite(email: str, role: str | None, admin: User | None = None) -> None:
    """Mail an invitation. The last one to an address says the role, whichever link is used."""
    values = {
        "role": role,
        "invited_by": admin.id if admin else None,
        "ends_at": now() + LIFETIME,
    }
    new = upsert(Invitation).values(email=email, **values)
    db.session.execute(new.on_conflict_do_update(index_elements=["email"], set_=values))
    # Without the address: nobody has confirmed it yet.
    audit.record("invited", admin, role=role)
    mail.enqueue(PURPOSE, email)


def find_open() -> Sequence[Row[Invitation, str]]:
    """Return the invitations that have not expired, and the address of the admin of each."""
    found = select(Invitation, User.email).outerjoin(User).where(Invitation.ends_at > now())
    return db.session.execute(found.order_by(Invitation.email)).all()


def withdraw(email: str, admin: User) -> bool:
    """Delete an invitation; False if there is none, for instance because it was just accepted."""
    if not changed(delete(Invitation).where(Invitation.email == email)):
        return False
    audit.record("invitation_withdrawn", admin)
    return True


def compose(row: Outbox) -> Message | None:
    withdrawn = db.session.get(Invitation, row.recipient) is None
    if withdrawn or accounts.find(row.recipient) is not None:
        return None
    token = links.create(PURPOSE, row.recipient, lifetime=LIFETIME, since=row.created_at)
    url = mail.external_url("admin.open_invitation", token=token)
    return Message("invitation", {"url": url, "days": LIFETIME.days})


def accept(user: User) -> bool:
    """Give a new account its role; False if the invitation is void, or its admin is none now."""
    taken = delete(Invitation).where(Invitation.email == user.email, Invitation.ends_at > now())
    found = db.session.execute(taken.returning(Invitation.role, Invitation.invited_by)).first()
    if found is None:
        return False
    # A thief who invited accomplices from an admin's session must not outlast that admin.
    admin = db.session.get(User, found.invited_by) if found.invited_by else None
    if admin is not None and not roles.is_active_admin(admin):
        return False
    if found.role:
        roles.set_role(user, found.role, **({"by": admin.public_id} if admin else {}))
    return True


def purge() -> int:
    """Delete expired invitations; return how many."""
    return delete_all_expired(Invitation, Invitation.ends_at <= now())
