"""Bake, serve, log in, measure, compare: what `make bench` runs."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.baking import CommandLine
from tests.running import clean_environment
from tests.template import AUTHS

from . import report
from .client import Client
from .competitors import COMPETITORS
from .competitors import Competitor
from .report import Result
from .server import EMAIL
from .server import NAME
from .server import PASSWORD
from .server import Site
from .server import cores
from .server import pin
from .server import versions

# Many short bursts: whatever else the machine does then strikes a whole round.
ROUNDS = 50
WARM_UP_SECONDS = 0.5
BURST_SECONDS = 0.2


def measure(
    folder: Path, server_core: int | None, our_core: int | None
) -> list[Result]:
    """Measure all competitors in turn, round by round, and return what was seen."""
    env = clean_environment(folder)
    projects = {}
    for auth in AUTHS:
        (folder / auth).mkdir()
        projects[auth] = CommandLine(env)(folder / auth, auth=auth)
    results = []
    with ExitStack() as stack:
        clients = []
        for number, competitor in enumerate(COMPETITORS):
            database = folder / f"{number}.sqlite"
            site = Site(projects[competitor.auth], competitor.app, database, env)
            site.prepare()
            serving = site.serving(folder / f"{number}.log", server_core)
            client = _visit(competitor, stack.enter_context(serving))
            clients.append(client)
            queries = site.queries(client.cookie_header)
            results.append(Result(competitor, queries))
        pin(0, our_core)
        for _ in range(ROUNDS):
            for client, result in zip(clients, results, strict=True):
                result.rates.append(client.burst(BURST_SECONDS))
    return results


def _visit(competitor: Competitor, port: int) -> Client:
    client = Client(port, f"Hello, {NAME}")
    if competitor.logs_in:
        client.log_in(EMAIL, PASSWORD)
    client.burst(WARM_UP_SECONDS)
    return client


def main() -> int:
    """Say what was measured, and fail if one of ours missed a bar."""
    server_core, our_core = cores()
    with TemporaryDirectory() as folder:
        results = measure(Path(folder).resolve(), server_core, our_core)
    print("A logged-in page from SQLite, by gunicorn with one worker;")
    print(f"{ROUNDS} rounds of {BURST_SECONDS} s each in turn, medians (and extremes).")
    print(f"Servers on core {server_core}, the client on core {our_core}.")
    print(f"{versions()}\n\n{report.table(results)}")
    missed = report.missed(results)
    for sentence in missed:
        print(sentence, file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
