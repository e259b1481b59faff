"""Measure how long the app takes to be imported, and gunicorn until it answers."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from . import report
from . import rounds
from .client import ask
from .client import get
from .server import EMAIL
from .server import NAME
from .server import PASSWORD
from .server import Site
from .stage import Outcome
from .stage import Stage

ROUNDS = 12
HEAD = ("", "imported", "of the least", "answers", "of the least")


@dataclass(frozen=True)
class Starter:
    title: str
    app: str
    auth: str = "session"
    moves_in: bool = False


LEAST = Starter("the least: Flask, SQLAlchemy, a page", "bench.sites.least:app")
STARTERS = (
    LEAST,
    Starter("ours, auth=session", "wsgi:app"),
    Starter("ours, auth=cookie", "wsgi:app", "cookie"),
    Starter("Flask-Security", "bench.sites.secured:app", moves_in=True),
    Starter("Django, its sessions", "bench.sites.django_site:app", moves_in=True),
)


def measure(stage: Stage) -> Iterator[Outcome]:
    """Start each anew in each round; nothing is at hand but what the system keeps."""
    imports: dict[str, Callable[[], float]] = {}
    answers: dict[str, Callable[[], float]] = {}
    for number, starter in enumerate(STARTERS):
        site = stage.site(f"start-{number}", starter.auth, starter.app)
        site.prepare()
        module = starter.app.partition(":")[0]
        if starter.moves_in:
            site.run(module, EMAIL, NAME, stdin=PASSWORD)
        imports[starter.title] = partial(_import, site, module)
        answers[starter.title] = partial(_answer, site, stage.log(f"start-{number}"))
    imported = rounds.interleave(imports, ROUNDS)
    answered = rounds.interleave(answers, ROUNDS)
    rows = []
    for starter in STARTERS:
        cells = []
        for seen in (imported, answered):
            seconds = seen[starter.title]
            ratio = rounds.spread(rounds.ratios(seconds, seen[LEAST.title]), 1)
            cells += [f"{median(seconds):.2f} s", ratio]
        rows.append((starter.title, *cells))
    yield Outcome(report.table(HEAD, rows))


def _import(site: Site, module: str) -> float:
    """Return the seconds from nothing to the app, less what Python itself takes."""
    start = perf_counter()
    site.execute("")
    empty = perf_counter() - start
    start = perf_counter()
    site.execute(f"import {module}")
    return perf_counter() - start - empty


def _answer(site: Site, log: Path) -> float:
    """Return the seconds from starting gunicorn to its first answer."""
    start = perf_counter()
    with site.serving(log) as server:
        answer = ask(server.port, get(""))
        seconds = perf_counter() - start
        assert answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 302")), answer[:500]
    return seconds
