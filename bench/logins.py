"""Measure logins, beside what bare argon2 with the same parameters allows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import count
from os import cpu_count
from statistics import median

from tests.support.template import AUTHS

from . import report
from . import rounds
from .bare import Bare
from .client import Burst
from .client import login
from .databases import SQLite
from .filling import email
from .filling import fill
from .server import PASSWORD
from .stage import Outcome
from .stage import Stage

LEAST_SHARE = 0.90
PEOPLE = 1_000
ROUNDS = 12
BURST_SECONDS = 3.0
# Twice as many as compute at once in all workers: none of them waits for us.
AT_ONCE = 8
HEAD = ("", "a second", "of bare argon2")


def measure(stage: Stage) -> Iterator[Outcome]:
    """Log in one after the other, by as many workers as there are cores."""
    with ExitStack() as stack:
        bursts = {}
        for auth in AUTHS:
            database = SQLite(stage.folder / f"logins-{auth}.sqlite")
            site = stage.site("logins", auth, url=database.url)
            site.prepare()
            fill(database, auth, PEOPLE)
            log = stage.log(f"logins-{auth}")
            serving = site.serving(log, workers=cpu_count() or 1)
            server = stack.enter_context(serving)
            asked = (login(email(2 + n % (PEOPLE - 1)), PASSWORD) for n in count())
            burst = Burst(server.port, asked, 303)
            burst.times(1)
            bursts[auth] = partial(burst.rate, BURST_SECONDS, AT_ONCE)
        bare = stack.enter_context(Bare(stage.site("bare", AUTHS[0])))
        seen = rounds.interleave(
            {"bare argon2": partial(bare.rate, BURST_SECONDS), **bursts}, ROUNDS
        )
    yield _judge(seen)


def _judge(seen: dict[str, list[float]]) -> Outcome:
    bare = seen.pop("bare argon2")
    rows, missed = [("bare argon2", f"{median(bare):.1f}", "1")], []
    for auth, rates in seen.items():
        shares = rounds.ratios(rates, bare)
        rows.append((f"auth={auth}", f"{median(rates):.1f}", rounds.spread(shares)))
        if (share := median(shares)) < LEAST_SHARE:
            missed.append(
                f"auth={auth}: logins reach {share:.3f} of bare argon2, "
                f"not {LEAST_SHARE}."
            )
    return Outcome(report.table(HEAD, rows), missed)
