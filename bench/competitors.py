"""Name what is measured, and what is expected of it."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_RATIO = 0.90


@dataclass(frozen=True)
class Competitor:
    """Name a WSGI app, and the baked project in whose folder it runs."""

    title: str
    app: str
    auth: str = "session"
    ours: bool = False
    logs_in: bool = True


FLOOR = Competitor(
    "the floor: one query, no login", "bench.sites.floor:app", logs_in=False
)
COMPETITORS = (
    FLOOR,
    Competitor("ours, auth=session", "wsgi:app", "session", ours=True),
    Competitor("ours, auth=cookie", "wsgi:app", "cookie", ours=True),
    Competitor("Flask-Login, signed session", "bench.sites.signed:app"),
    Competitor("Flask-Login, Flask-Session's SQL", "bench.sites.stored:app"),
)
