"""Two hosts purge at once while people log in: all goes that is over."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from ..running import must
from .conftest import OpenSite
from .site import SERVED
from .site import Site
from .visitor import Visitor

pytestmark = pytest.mark.app

EMAIL = "ana@example.com"
PASSWORD = "correct horse battery staple"
MANY = {**SERVED, "LOGIN_ATTEMPTS_PER_ACCOUNT": "9999/9"}
OVER = 10_000
NUMBERS = (
    "WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL"
    f" SELECT number + 1 FROM numbers WHERE number < {OVER})"
)
FILL = {
    "counters": f"INSERT INTO throttles (key, count, ends_at) {NUMBERS}"
    " SELECT number, 1, '2020-01-01' FROM numbers",
    "events": f"INSERT INTO events (at, kind, address, client, detail) {NUMBERS}"
    " SELECT '2020-01-01', 'login_failed', '', '', '{}' FROM numbers",
}


def test_two_at_once_beside_logins(open_site: OpenSite) -> None:
    site = open_site("session")
    create = ["user", "create", EMAIL, "--name", "Ana"]
    must(site.run("flask", *create, stdin=f"{PASSWORD}\n", **SERVED))
    fill(site)
    port = site.serve(MANY).port

    with ThreadPoolExecutor(2) as hosts:
        purges = [
            hosts.submit(lambda: must(site.run("flask", "purge", **SERVED)))
            for _ in range(2)
        ]
        logins = list(log_in(port, purges))
    assert set(logins) == {303}
    said = [purge.result() for purge in purges]
    for what in FILL:
        counts = [re.findall(rf"(\d+) {what}", line) for line in said]
        assert sum(int(count) for (count,) in counts) == OVER
    assert site.query("SELECT count(*) FROM events WHERE at < '2021'") == [(0,)]


def fill(site: Site) -> None:
    database = site.folder / "instance" / "app.sqlite"
    with closing(sqlite3.connect(database)) as connection, connection:
        for insert in FILL.values():
            connection.execute(insert)


def log_in(port: int, purges: list[Future[str]]) -> Iterator[int]:
    """Yield the status of one login after the other for as long as they take."""
    while not all(purge.done() for purge in purges):
        yield Visitor(port).login(EMAIL, PASSWORD).status
