"""Two hosts purge at once while people log in: all goes that is over."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from ..support.postgres import Postgres
from ..support.running import must
from ..support.site import EMAIL
from ..support.site import PASSWORD
from ..support.site import SERVED
from ..support.site import Site
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

MANY = {**SERVED, "LOGIN_ATTEMPTS_PER_ACCOUNT": "9999/9"}
OVER = 10_000
NUMBERS = (
    "WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL"
    f" SELECT number + 1 FROM numbers WHERE number < {OVER})"
)
FILL = {
    "counters": f"INSERT INTO throttles (key, count, ends_at) {NUMBERS}"
    " SELECT CAST(number AS TEXT), 1, '2020-01-01' FROM numbers",
    "events": f"INSERT INTO events (at, kind, address, client, detail) {NUMBERS}"
    " SELECT '2020-01-01', 'login_failed', '', '', '{}' FROM numbers",
}
LEFT = "SELECT count(*) FROM events WHERE at < '2021-01-01'"


def test_two_at_once_beside_logins(open_site: OpenSite) -> None:
    site = open_site("session", "all")
    check_two_at_once(site, MANY, lambda statement: change(site, statement))
    assert site.query(LEFT) == [(0,)]


def test_two_at_once_beside_logins_on_postgresql(
    open_site: OpenSite, database_server: Postgres
) -> None:
    site = open_site("session", "all")
    url = database_server.new_database("purging")
    served = {**MANY, "DATABASE_URL": url}
    site.flask("db", "upgrade", **served)
    site.add_account(served)
    check_two_at_once(site, served, lambda line: database_server.ask(line, "purging"))
    assert database_server.ask(LEFT, "purging") == "0"


def check_two_at_once(
    site: Site, served: dict[str, str], do: Callable[[str], object]
) -> None:
    for insert in FILL.values():
        do(insert)
    port = site.serve(served).port

    with ThreadPoolExecutor(2) as hosts:
        purges = [
            hosts.submit(lambda: must(site.run("flask", "purge", **served)))
            for _ in range(2)
        ]
        logins = list(log_in(port, purges))
    assert set(logins) == {303}
    said = [purge.result() for purge in purges]
    for what in FILL:
        counts = [re.findall(rf"(\d+) {what}", line) for line in said]
        assert sum(int(count) for (count,) in counts) == OVER


def change(site: Site, statement: str) -> None:
    database = site.folder / "instance" / "app.sqlite"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)


def log_in(port: int, purges: list[Future[str]]) -> Iterator[int]:
    """Yield the status of one login after the other for as long as they take."""
    while not all(purge.done() for purge in purges):
        yield Visitor(port).login(EMAIL, PASSWORD).status
