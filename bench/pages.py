"""Measure a logged-in page, beside the same page without login and in other ways."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from statistics import median

from . import redis
from . import report
from . import rounds
from .client import Burst
from .competitors import COMPETITORS
from .competitors import FLOOR
from .competitors import LEAST_RATIO
from .competitors import LEAST_TOKEN_RATIO
from .competitors import SESSION
from .competitors import Competitor
from .server import EMAIL
from .server import NAME
from .server import PASSWORD
from .server import Site
from .server import versions
from .stage import Outcome
from .stage import Stage

# A process may be quicker than the next for as long as it lives: by where its memory
# lies, and how its names are hashed.
STARTS = 5
# Many short bursts: whatever else the machine does then strikes a whole round.
ROUNDS = 12
WARM_UP_SECONDS = 0.5
BURST_SECONDS = 0.2
HEAD = (
    *("", "requests/s", "of the floor", "by its own time"),
    *("session/its", "cookie/its", "queries", "bytes"),
)


@dataclass
class Visited:
    """Hold one competitor, ready to be asked, and what was counted beforehand."""

    competitor: Competitor
    site: Site
    log: Path
    queries: float = 0
    bytes: int = 0
    # What was answered in a second, round by round, and what the worker itself
    # computed for each of the answers.
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def ratio_to(self, other: Visited) -> float:
        """Return the other's cost over ours, by what the workers computed.

        Whatever else the machine does, this hardly changes.
        """
        return median(rounds.ratios(other.costs, self.costs))

    @contextmanager
    def serving(self, core: int | None) -> Iterator[Callable[[], float]]:
        """Return what asks for its pages for a moment."""
        with self.site.serving(self.log, core=core) as server:
            cookies = server.log_in() if self.competitor.logs_in else ""
            by_token = self.competitor.by_token
            token = self.site.run("bench.inside.token", EMAIL) if by_token else ""
            burst = Burst.of_page(server.port, cookies, f"Hello, {NAME}", token)
            burst.rate(WARM_UP_SECONDS)
            asked = (self.competitor.app, cookies, token)
            counted = self.site.run("bench.inside.count", *asked)
            self.queries, self.bytes = float(counted), burst.bytes

            def rate() -> float:
                computed, answers = server.computed(), burst.answers
                rate = burst.rate(BURST_SECONDS)
                computed = server.computed() - computed
                self.costs.append(computed / (burst.answers - answers))
                return rate

            yield rate


def measure(stage: Stage) -> Iterator[Outcome]:
    """Measure all competitors in turn, round by round."""
    with ExitStack() as stack:
        url = None
        if redis.exists():
            url = stack.enter_context(redis.running(stage.folder))
        visited = [
            _move_in(stage, competitor, url or "")
            for competitor in COMPETITORS
            if url or not competitor.needs_redis
        ]
        for _ in range(STARTS):
            _measure(stage, visited)
    seen = {one.competitor.title: one.rates for one in visited}
    skipped = "" if url else f"\n{redis.MISSING} Flask-Session on Redis was left out."
    yield Outcome(_text(visited, seen) + skipped, _missed(visited))


def _measure(stage: Stage, visited: list[Visited]) -> None:
    """Start all of them anew, and ask each in turn."""
    with ExitStack() as stack:
        measures = {
            one.competitor.title: stack.enter_context(one.serving(stage.server_core))
            for one in visited
        }
        with stage.apart():
            seen = rounds.interleave(measures, ROUNDS)
    for one in visited:
        one.rates += seen[one.competitor.title]


def _move_in(stage: Stage, competitor: Competitor, redis_url: str) -> Visited:
    name = competitor.app.replace(":", ".") + competitor.auth
    site = stage.site(name, competitor.auth, competitor.app)
    site.env["REDIS_URL"] = redis_url
    site.prepare()
    if competitor.moves_in:
        module = competitor.app.partition(":")[0]
        site.run(module, EMAIL, NAME, stdin=PASSWORD)
    return Visited(competitor, site, stage.log(name))


def _text(visited: list[Visited], seen: dict[str, list[float]]) -> str:
    ours = [seen[one.competitor.title] for one in visited if one.competitor.ours]
    rows = []
    for one in visited:
        rates = seen[one.competitor.title]
        cells = [
            f"{median(rates):.0f}",
            rounds.spread(rounds.ratios(rates, seen[FLOOR.title])),
            f"{one.ratio_to(visited[0]):.3f}",
            *(f"{median(rounds.ratios(mine, rates)):.2f}" for mine in ours),
            f"{one.queries:g}",
            f"{one.bytes}",
        ]
        rows.append((one.competitor.title, *cells))
    return (
        "A logged-in page from SQLite, by gunicorn with one worker;\n"
        f"{STARTS} starts, and {ROUNDS} rounds of {BURST_SECONDS} s each in turn; "
        "medians (and extremes).\n"
        f"{versions()}\n\n{report.table(HEAD, rows)}"
    )


def _missed(visited: list[Visited]) -> list[str]:
    """Say what one of ours did not reach: its share of the floor, or a peer."""
    said = []
    by_title = {one.competitor.title: one for one in visited}
    peers = [
        one for one in visited if one.competitor.logs_in and not one.competitor.ours
    ]
    for one in visited:
        title = one.competitor.title
        if not one.competitor.ours and not one.competitor.by_token:
            continue
        if one.queries != 1:
            said.append(f"{title} makes {one.queries:g} queries a request, not 1.")
        if one.competitor.by_token:
            ratio = one.ratio_to(by_title[SESSION.title])
            if ratio < LEAST_TOKEN_RATIO:
                missed = f"{ratio:.3f} of a session, not {LEAST_TOKEN_RATIO}"
                said.append(f"{title} reaches {missed}.")
            continue
        ratio = one.ratio_to(by_title[FLOOR.title])
        if ratio < LEAST_RATIO:
            said.append(f"{title} reaches {ratio:.3f} of the floor, not {LEAST_RATIO}.")
        for peer in peers:
            if (ahead := one.ratio_to(peer)) <= 1:
                said.append(f"{title} is {ahead:.3f} of {peer.competitor.title}.")
    return said
