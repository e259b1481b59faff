"""Set how long a session may last, and describe one; the same for both kinds of session."""

from datetime import datetime, timedelta
from typing import NamedTuple, Self

from ...config import settings
from ...core.db import now
from ...models import User

SEEN_EVERY = timedelta(seconds=60)
# The key in Flask's session of a login that waits for its next step: a random id, then the rest.
CHALLENGE = "challenge"


class Login(NamedTuple):
    """Identify the user to log in, as read together with the password hash."""

    id: int
    public_id: str
    epoch: int
    remembered: bool = False
    # Counts as a recent proof.
    proved: bool = True

    @classmethod
    def of(cls, user: User, *, remembered: bool = False, proved: bool = True) -> Self:
        return cls(user.id, user.public_id, user.session_epoch, remembered, proved)


class ActiveSession(NamedTuple):
    """Describe a live session to its owner; `last_seen` where it is known."""

    handle: str
    client: str
    address: str
    first_seen: datetime
    last_seen: datetime | None
    current: bool


def idle_limit(remembered: bool) -> timedelta:
    """Return how long a session lives unused (ASVS 7.3.1)."""
    known = settings()
    seconds = known.remember_idle_seconds if remembered else known.session_idle_seconds
    return timedelta(seconds=seconds)


def absolute_limit(remembered: bool) -> timedelta:
    """Return how long a session lives at most, however busy (ASVS 7.3.2)."""
    known = settings()
    seconds = known.remember_absolute_seconds if remembered else known.session_absolute_seconds
    return timedelta(seconds=seconds)


def longest_life() -> timedelta:
    """Return how long any session lives at most; the owner may set either limit higher."""
    return max(absolute_limit(remembered=False), absolute_limit(remembered=True))


def is_idle(seen_at: datetime, remembered: bool) -> bool:
    return now() - seen_at >= idle_limit(remembered)


def is_over(began_at: datetime, remembered: bool) -> bool:
    return now() - began_at >= absolute_limit(remembered)


def needs_touch(seen_at: datetime, remembered: bool) -> bool:
    """Tell whether the stored time of last use is old enough to update."""
    return now() - seen_at >= min(SEEN_EVERY, idle_limit(remembered) / 10)
