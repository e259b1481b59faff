"""Measure one, two and four workers, and the memory of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import repeat
from pathlib import Path
from statistics import median

from tests.support.template import AUTHS

from . import report
from . import rounds
from .client import Burst
from .client import login
from .server import EMAIL
from .server import NAME
from .server import PASSWORD
from .server import Server
from .stage import Outcome
from .stage import Stage

COUNTS = (1, 2, 4)
ROUNDS = 20
WARM_UP_SECONDS = 1.0
BURST_SECONDS = 0.4
# So many in all keep four workers busy.
AT_ONCE = 16
LOGIN_SECONDS = 3.0
PAGES_HEAD = ("", *(f"{count} workers" for count in COUNTS))
MEMORY_HEAD = ("one worker, MiB", "own and shared", "its share", "after logins", "peak")


def measure(stage: Stage) -> Iterator[Outcome]:
    pages, memory = [], []
    for auth in AUTHS:
        with ExitStack() as stack:
            served, bursts = {}, {}
            for count in COUNTS:
                site = stage.site(f"workers-{auth}-{count}", auth)
                site.prepare()
                log = stage.log(f"workers-{auth}-{count}")
                # On every core, as ourselves: no more are to be had.
                server = stack.enter_context(site.serving(log, workers=count))
                cookies = server.log_in()
                burst = Burst.of_page(server.port, cookies, f"Hello, {NAME}")
                burst.rate(WARM_UP_SECONDS, AT_ONCE)
                served[count] = server
                bursts[str(count)] = partial(burst.rate, BURST_SECONDS, AT_ONCE)
            seen = rounds.interleave(bursts, ROUNDS)
            memory.append((f"auth={auth}", *_weigh(served[2])))
        one = seen[str(COUNTS[0])]
        grown = (rounds.spread(rounds.ratios(seen[str(c)], one)) for c in COUNTS)
        pages.append((f"auth={auth}", *grown))
    tables = (report.table(PAGES_HEAD, pages), report.table(MEMORY_HEAD, memory))
    yield Outcome("\n\n".join(tables))


def _weigh(server: Server) -> tuple[str, ...]:
    """Return what a worker takes in memory, before and after a crowd has logged in."""
    if not Path("/proc/self/smaps_rollup").exists():
        return ("", "", "", "")
    before = [_mebibytes(pid, "smaps_rollup") for pid in server.workers()]
    crowd = Burst(server.port, repeat(login(EMAIL, PASSWORD)), 303)
    crowd.times(LOGIN_SECONDS, at_once=8)
    after = [_mebibytes(pid, "smaps_rollup") for pid in server.workers()]
    peaks = [_mebibytes(pid, "status") for pid in server.workers()]
    return (
        f"{median(one['Rss'] for one in before):.0f}",
        f"{median(one['Pss'] for one in before):.0f}",
        f"{median(one['Pss'] for one in after):.0f}",
        f"{max(one['VmHWM'] for one in peaks):.0f}",
    )


def _mebibytes(pid: int, file: str) -> dict[str, float]:
    """Return what Linux tells of a process's memory, by name."""
    lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    fields = (line.partition(":") for line in lines)
    sizes = ((name, text.split()) for name, _, text in fields)
    return {name: int(of[0]) / 1024 for name, of in sizes if of[-1:] == ["kB"]}
