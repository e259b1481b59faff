"""Own the table of roles, and close views to users without one."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from flask import abort
from sqlalchemy import String, delete, insert, select
from sqlalchemy.orm import Mapped, column_property, mapped_column
from werkzeug.wrappers import Response

from ...auth.guards import add_check, current_user
from ...core import audit
from ...core.db import Base, OwnerId, db
from ...core.environ import ConfigError
from ...core.i18n import gettext as _, lazy_gettext as lazy
from ...models import User

P = ParamSpec("P")
R = TypeVar("R")
# The query that reads the user also fills an attribute of this name.
ROLE = "role"
# Add roles of your own here.
ROLES = {"admin": lazy("Administrator")}
# A column of yours by this name would be replaced without a word, and with it what it decides.
if hasattr(User, ROLE):
    problem = "has the name that the part admin uses: rename it, or delete account/admin/."
    raise ConfigError(f"The column users.{ROLE}", problem)


class Role(Base):
    """Hold the one role of an account."""

    __tablename__ = "roles"

    user_id: Mapped[OwnerId] = mapped_column(primary_key=True, index=False)
    role: Mapped[str] = mapped_column(String(20))


_owned = select(Role.role).where(Role.user_id == User.id).correlate_except(Role)
User.__mapper__.add_property(ROLE, column_property(_owned.scalar_subquery()))


def role_of(user: User) -> str | None:
    """Return the role that a user had when the user was read."""
    found: str | None = getattr(user, ROLE)
    return found


def is_active_admin(user: User) -> bool:
    return user.disabled_at is None and role_of(user) == "admin"


def set_role(user: User, role: str | None, **who: Any) -> None:
    """Give an account a role, or none. Lock the account before."""
    db.session.execute(delete(Role).where(Role.user_id == user.id))
    if role:
        db.session.execute(insert(Role).values(user_id=user.id, role=role))
    audit.record("role_changed", user, role=role, **who)


def role_required(role: str) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Close a view to users without this role. Put it right below the route."""

    def check() -> None:
        user = current_user()
        if user is None or role_of(user) != role:
            # Not 404: the route is no secret, and the reason helps the user who asks for it.
            abort(403, _("Your account does not have the role that this page needs."))

    return lambda view: add_check(view, check)
