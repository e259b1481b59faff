"""Measure a logged-in page, beside the same page without login and in other ways."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from statistics import median

from . import redis
from . import report
from . import rounds
from .client import Burst
from .client import get
from .competitors import COMPETITORS
from .competitors import FLOOR
from .competitors import LEAST_RATIO
from .competitors import Competitor
from .server import EMAIL
from .server import NAME
from .server import PASSWORD
from .server import versions
from .stage import Outcome
from .stage import Stage

# Many short bursts: whatever else the machine does then strikes a whole round.
ROUNDS = 40
WARM_UP_SECONDS = 0.5
BURST_SECONDS = 0.2
HEAD = ("", "requests/s", "of the floor", "ours/its", "queries", "bytes")


@dataclass
class Visited:
    """Hold one competitor, ready to be asked, and what was counted beforehand."""

    competitor: Competitor
    burst: Burst
    queries: float


def measure(stage: Stage) -> Iterator[Outcome]:
    """Measure all competitors in turn, round by round."""
    with ExitStack() as stack:
        url = None
        if redis.exists():
            url = stack.enter_context(redis.running(stage.folder))
        visited = [
            _visit(stage, stack, competitor, url or "")
            for competitor in COMPETITORS
            if url or not competitor.needs_redis
        ]
        with stage.apart():
            seen = rounds.interleave(
                {
                    one.competitor.title: partial(one.burst.rate, BURST_SECONDS)
                    for one in visited
                },
                ROUNDS,
            )
    skipped = "" if url else f"\n{redis.MISSING} Flask-Session on Redis was left out."
    yield Outcome(_text(visited, seen) + skipped, _missed(visited, seen))


def _visit(
    stage: Stage, stack: ExitStack, competitor: Competitor, redis_url: str
) -> Visited:
    name = competitor.app.replace(":", ".") + competitor.auth
    site = stage.site(name, competitor.auth, competitor.app)
    site.env["REDIS_URL"] = redis_url
    site.prepare()
    if competitor.moves_in:
        module = competitor.app.partition(":")[0]
        site.run(module, EMAIL, NAME, stdin=PASSWORD)
    serving = site.serving(stage.log(name), core=stage.server_core)
    server = stack.enter_context(serving)
    cookies = server.log_in() if competitor.logs_in else ""
    burst = Burst(server.port, repeat(get(cookies)), 200, f"Hello, {NAME}")
    burst.rate(WARM_UP_SECONDS)
    counted = float(site.run("bench.sites.count", competitor.app, cookies))
    return Visited(competitor, burst, counted)


def _text(visited: list[Visited], seen: dict[str, list[float]]) -> str:
    ours = [seen[one.competitor.title] for one in visited if one.competitor.ours]
    # The slower of the two, in each round.
    slower = [min(pair) for pair in zip(*ours, strict=True)]
    rows = []
    for one in visited:
        rates = seen[one.competitor.title]
        of_floor = rounds.spread(rounds.ratios(rates, seen[FLOOR.title]))
        ahead = (
            "" if one.competitor.ours else rounds.spread(rounds.ratios(slower, rates))
        )
        cells = (f"{median(rates):.0f}", of_floor, ahead, f"{one.queries:g}")
        rows.append((one.competitor.title, *cells, str(one.burst.bytes)))
    return (
        "A logged-in page from SQLite, by gunicorn with one worker;\n"
        f"{ROUNDS} rounds of {BURST_SECONDS} s each in turn, medians (and extremes).\n"
        f"{versions()}\n\n{report.table(HEAD, rows)}"
    )


def _missed(visited: list[Visited], seen: dict[str, list[float]]) -> list[str]:
    """Say what one of ours did not reach: its share of the floor, or a peer."""
    said = []
    floor = seen[FLOOR.title]
    peers = [
        one for one in visited if one.competitor.logs_in and not one.competitor.ours
    ]
    for one in visited:
        title, rates = one.competitor.title, seen[one.competitor.title]
        if not one.competitor.ours:
            continue
        ratio = median(rounds.ratios(rates, floor))
        if ratio < LEAST_RATIO:
            said.append(f"{title} reaches {ratio:.3f} of the floor, not {LEAST_RATIO}.")
        if one.queries != 1:
            said.append(f"{title} makes {one.queries:g} queries a request, not 1.")
        for peer in peers:
            its = seen[peer.competitor.title]
            if (ahead := median(rounds.ratios(rates, its))) <= 1:
                said.append(f"{title} is {ahead:.3f} of {peer.competitor.title}.")
    return said
