"""Measure a logged-in page among a million people, beside the same among a thousand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import cycle
from statistics import median

from tests.support.postgres import Postgres
from tests.support.template import AUTHS

from . import databases
from . import purging
from . import report
from . import rounds
from .client import Burst
from .client import get
from .databases import Database
from .databases import PostgreSQL
from .databases import SQLite
from .filling import fill
from .server import NAME
from .server import Server
from .stage import Outcome
from .stage import Stage

FEW, MANY = 1_000, 1_000_000
MOST_COST = 1.1
# Each request comes from another of so many, so that nothing is at hand from the last.
BROWSERS = 5_000
ROUNDS = 40
WARM_UP_SECONDS = 0.5
BURST_SECONDS = 0.2
HEAD = ("", "among 1,000", "among 1,000,000", "cost")


def measure(stage: Stage) -> Iterator[Outcome]:
    """Measure both variants on both databases, then purge the large ones."""
    with databases.running_postgres() as postgres, ExitStack() as stack:
        served: dict[tuple[str, str, int], tuple[Burst, purging.Filled]] = {}
        for kind in ("SQLite", "PostgreSQL") if postgres else ("SQLite",):
            for auth in AUTHS:
                for count in (FEW, MANY):
                    database = _database(stage, postgres, kind, auth, count)
                    filled = _serve(stage, stack, database, auth, count)
                    served[kind, auth, count] = filled
        with stage.apart():
            seen = rounds.interleave(
                {
                    str(key): partial(burst.rate, BURST_SECONDS)
                    for key, (burst, _) in served.items()
                },
                ROUNDS,
            )
        paged = _compare(seen, [key[:2] for key in served if key[2] == FEW])
        if postgres is None:
            paged.text += f"\n{databases.MISSING} It was left out."
        yield paged
        large = [filled for key, (_, filled) in served.items() if key[2] == MANY]
        yield purging.measure(large)


def _database(
    stage: Stage, postgres: Postgres | None, kind: str, auth: str, count: int
) -> Database:
    name = f"{auth}_{count}"
    if kind == "SQLite" or postgres is None:
        return SQLite(stage.folder / f"{name}.sqlite")
    return PostgreSQL(postgres, name)


def _serve(
    stage: Stage, stack: ExitStack, database: Database, auth: str, count: int
) -> tuple[Burst, purging.Filled]:
    """Fill and serve a database; return what asks for its pages."""
    site = stage.site("scale", auth, url=database.url)
    site.prepare()
    fill(database, auth, count)
    log = stage.log(f"{database.title}-{auth}-{count}")
    serving = site.serving(log, core=stage.server_core)
    server: Server = stack.enter_context(serving)
    drawn = site.run("bench.inside.browsers", auth, str(BROWSERS), str(count))
    asked = cycle([get(cookies) for cookies in drawn.splitlines()])
    burst = Burst(server.port, asked, 200, f"Hello, {NAME}")
    burst.rate(WARM_UP_SECONDS)
    return burst, purging.Filled(site, server, database, auth, count)


def _compare(seen: dict[str, list[float]], kinds: list[tuple[str, str]]) -> Outcome:
    rows, missed = [], []
    for kind, auth in kinds:
        few, many = (seen[str((kind, auth, count))] for count in (FEW, MANY))
        costs = rounds.ratios(few, many)
        title = f"auth={auth}, {kind}"
        rates = [f"{median(rates):.0f}/s" for rates in (few, many)]
        rows.append((title, *rates, rounds.spread(costs)))
        if (cost := median(costs)) > MOST_COST:
            missed.append(f"{title}: among a million a page costs {cost:.3f}.")
    return Outcome(report.table(HEAD, rows), missed)
