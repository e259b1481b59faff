"""Do what operators do to accounts, by a command or a page.

Functions join the caller's transaction. `who` names the user who acts, for the audit trail;
without it, an operator acts at the command line.
"""

from typing import Any

from ..core import audit
from ..core.db import now
from ..models import User
from .parts import all_factors, all_parts
from .sessions import end_sessions


def disable(user: User, **who: Any) -> None:
    """Disable an account and end its sessions."""
    user.disabled_at = now()
    end_sessions(user, keep_current=False)
    for part in all_parts():
        if part.disabled:
            part.disabled(user)
    audit.record("disabled", user, **who)


def enable(user: User, **who: Any) -> None:
    """Enable a disabled account again."""
    user.disabled_at = None
    audit.record("enabled", user, **who)


def end_all_sessions(user: User, **who: Any) -> None:
    """End all sessions of an account."""
    end_sessions(user, keep_current=False)
    audit.record("sessions_ended_by_operator", user, **who)


def drop_factors(user: User, **who: Any) -> None:
    """Remove the second factor of an account, and end its sessions."""
    # Not only those that were read with the user: a thief may have just set one up.
    for factor in all_factors():
        factor.drop(user)
    end_sessions(user, keep_current=False)
    audit.record("second_factor_reset_by_operator", user, **who)
