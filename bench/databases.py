"""Fill a database by its own tongue: SQLite's file, or a PostgreSQL of ours."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.support.postgres import Postgres
from tests.support.programs import find

MISSING = "No PostgreSQL is here (on Debian: apt-get install postgresql)."


class Database(Protocol):
    """Say in one dialect what both can do."""

    title: str
    url: str

    def people(self, count: int) -> str:
        """Return a WITH clause: `people` has a row for each number from 2."""

    def hours_hence(self, hours: int) -> str: ...

    def sha256(self, text: str) -> str: ...

    def json(self, text: str) -> str: ...

    def do(self, statement: str) -> None: ...

    def settle(self) -> None:
        """Do what the database would do by itself in a quiet hour."""


class SQLite:
    """Speak to a file; SQLite knows no hash, so it is lent Python's."""

    title = "SQLite"

    def __init__(self, file: Path) -> None:
        self._file = file
        self.url = f"sqlite:///{file}"

    def people(self, count: int) -> str:
        more = f"SELECT n + 1 FROM people WHERE n < {count}"
        return f"WITH RECURSIVE people(n) AS (SELECT 2 UNION ALL {more})"

    def hours_hence(self, hours: int) -> str:
        # As SQLAlchemy writes it, to the microsecond.
        return f"strftime('%Y-%m-%d %H:%M:%f', 'now', '{hours:+d} hours') || '000'"

    def sha256(self, text: str) -> str:
        return f"sha256({text})"

    def json(self, text: str) -> str:
        return text

    def do(self, statement: str) -> None:
        with closing(sqlite3.connect(self._file, isolation_level=None)) as connection:
            connection.create_function("md5", 1, _md5, deterministic=True)
            connection.create_function("sha256", 1, _sha256, deterministic=True)
            # Only while it is filled: a power cut would be a reason to begin anew.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA cache_size = -500000")
            connection.execute(statement)

    def settle(self) -> None:
        self.do("ANALYZE")
        self.do("PRAGMA wal_checkpoint(TRUNCATE)")


class PostgreSQL:
    """Speak to one database of a server that was started for this."""

    title = "PostgreSQL"

    def __init__(self, server: Postgres, name: str) -> None:
        self._server = server
        self._name = name
        self.url = server.new_database(name)

    def people(self, count: int) -> str:
        return f"WITH people(n) AS (SELECT generate_series(2, {count}))"

    def hours_hence(self, hours: int) -> str:
        return f"now() + interval '{hours} hours'"

    def sha256(self, text: str) -> str:
        return f"sha256(CAST({text} AS bytea))"

    def json(self, text: str) -> str:
        return f"CAST({text} AS json)"

    def do(self, statement: str) -> None:
        self._server.ask(statement, self._name)

    def settle(self) -> None:
        self.do("VACUUM ANALYZE")
        self.do("CHECKPOINT")


@contextmanager
def running_postgres() -> Iterator[Postgres | None]:
    """Give a server that lives as long as the block, if it can be had here."""
    initdb = find("initdb")
    if initdb is None:
        yield None
        return
    server = Postgres(Path(initdb).resolve().parent)
    try:
        server.start()
        yield server
    finally:
        server.close()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
