"""Purge half of what there is while people log in, and see none of them fail."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from . import report
from .client import Burst
from .client import login
from .databases import Database
from .filling import age
from .filling import email
from .server import PASSWORD
from .server import Server
from .server import Site
from .stage import Outcome

USUAL_SECONDS = 10.0
BURST_SECONDS = 1.0
MOST_SECONDS = 600
HEAD = (
    *("", "purged", "in", "logins", "failed"),
    *("usual login", "while purging", "longest usual", "longest then"),
)


@dataclass(frozen=True)
class Filled:
    """Know a database that is full, and the app that is served from it."""

    site: Site
    server: Server
    database: Database
    auth: str
    people: int


def measure(databases: list[Filled]) -> Outcome:
    rows, missed = [], []
    for filled in databases:
        row, failures = _purge(filled)
        rows.append(row)
        if failures:
            missed.append(f"{row[0]}: {failures} logins failed while purging.")
    return Outcome(report.table(HEAD, rows), missed)


def _purge(filled: Filled) -> tuple[tuple[str, ...], int]:
    age(filled.database, filled.auth)
    logins = _logins(filled.people)
    burst = Burst(filled.server.port, logins, 303, counts_failures=True)
    burst.times(BURST_SECONDS, at_once=1)
    usual = burst.times(USUAL_SECONDS, at_once=1)
    start = perf_counter()
    purge = filled.site.start("flask", "purge")
    meanwhile: list[float] = []
    while purge.poll() is None and perf_counter() - start < MOST_SECONDS:
        meanwhile += burst.times(BURST_SECONDS, at_once=1)
    purge.terminate()
    said, _ = purge.communicate()
    seconds = perf_counter() - start
    counts = (
        said.strip(),
        f"{seconds:.0f} s",
        f"{len(meanwhile)}",
        f"{burst.failures}",
    )
    times = (median(usual), median(meanwhile), max(usual), max(meanwhile))
    title = f"auth={filled.auth}, {filled.database.title}"
    return (
        title,
        *counts,
        *(f"{time * 1000:.0f} ms" for time in times),
    ), burst.failures


def _logins(people: int) -> Iterator[bytes]:
    """Yield the login of one after the other; none of them is to be purged."""
    while True:
        yield login(email(random.randrange(3, people, 2)), PASSWORD)
