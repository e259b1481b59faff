"""Name what serves the page, and how it keeps who is logged in."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_RATIO = 0.90
# Of what a browser with a session gets.
LEAST_TOKEN_RATIO = 0.95


@dataclass(frozen=True)
class Competitor:
    """Name a WSGI app, and the baked project in whose folder it runs."""

    title: str
    app: str
    auth: str = "session"
    ours: bool = False
    logs_in: bool = True
    # Makes tables and an account of its own, beside those of the baked project.
    moves_in: bool = False
    needs_redis: bool = False
    # Asked by a program with a token of the part `tokens`.
    by_token: bool = False


FLOOR = Competitor(
    "the floor: one query, no login", "bench.sites.floor:app", logs_in=False
)
SESSION = Competitor("ours, auth=session", "wsgi:app", "session", ours=True)
COMPETITORS = (
    FLOOR,
    SESSION,
    Competitor("ours, auth=cookie", "wsgi:app", "cookie", ours=True),
    Competitor(
        "ours, a token", "bench.sites.programs:app", logs_in=False, by_token=True
    ),
    Competitor("Flask-Login, signed session", "bench.sites.members:signed()"),
    Competitor("Flask-Session, SQL", "bench.sites.members:stored()"),
    Competitor(
        "Flask-Session, Redis", "bench.sites.members:cached()", needs_redis=True
    ),
    Competitor("Flask-Security", "bench.sites.secured:app", moves_in=True),
    Competitor("Django, its sessions", "bench.sites.django_site:app", moves_in=True),
)
