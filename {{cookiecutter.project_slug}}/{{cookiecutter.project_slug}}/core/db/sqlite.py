"""Set SQLite up for many requests at once, with a file that other users cannot read."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import has_request_context, request
from sqlalchemy import URL, Connection, Dialect, Engine, event

from ..environ import ConfigError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BUSY_TIMEOUT_MS = 5000
# A connection for each thread: a reader must not wait for threads that wait to write.
OPTIONS = {"max_overflow": -1}
# The first version with RETURNING, which every login needs.
LEAST_VERSION = (3, 35)
# Errors that persist until the statement, the tables or the file change.
PERMANENT = {
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
}


def check_version() -> None:
    """Raise ConfigError if the SQLite of this Python is too old."""
    if sqlite3.sqlite_version_info < LEAST_VERSION:
        found = f"is SQLite, which is {sqlite3.sqlite_version} here"
        raise ConfigError("DATABASE_URL", f"{found}: 3.35 or newer is needed, or PostgreSQL.")


def check_access(url: URL) -> None:
    """Raise ConfigError unless this user may write to the file and to its folder."""
    if os.name != "posix" or "uri" in url.query:
        return
    file = Path(url.database or "")
    user = os.geteuid()
    if not os.path.isdir(file.parent):
        problem = f"needs the folder {file.parent}, which user {user} does not find."
        raise ConfigError("DATABASE_URL", problem)
    # SQLite keeps two files of its own next to it; the first user to connect creates them.
    files = [Path(f"{file}{suffix}") for suffix in ("", "-wal", "-shm")]
    for path in (file.parent, *filter(os.path.lexists, files)):
        if not os.access(path, os.R_OK | os.W_OK):
            problem = f"needs {path}, to which user {user} may not write: run `chown {user}` on it."
            raise ConfigError("DATABASE_URL", problem)


def is_permanent(error: BaseException | None) -> bool:
    """Tell whether SQLite would fail again at every retry."""
    # The lowest byte is the kind of error; the others give details.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in PERMANENT


def set_up(engine: Engine) -> None:
    if "uri" not in engine.url.query:
        event.listen(engine, "do_connect", _make_private)
    event.listen(engine, "connect", _set_up_connection)
    event.listen(engine, "begin", _begin)


def _make_private(dialect: Dialect, record: object, args: list[Any], options: object) -> None:
    """Create the file for its owner only: SQLite itself would let every user read it."""
    # Do not open a file that exists: closing it again would drop SQLite's locks on it.
    with suppress(OSError):
        os.close(os.open(args[0], os.O_CREAT | os.O_EXCL, 0o600))


def _set_up_connection(connection: Any, record: object) -> None:
    # The driver would begin transactions itself, and only before a write: see below.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    # Overwrite deleted data; otherwise it stays readable in the file.
    connection.execute("PRAGMA secure_delete = ON")
    set_busy_timeout(connection, BUSY_TIMEOUT_MS)


def set_busy_timeout(connection: Any, milliseconds: int) -> None:
    connection.execute(f"PRAGMA busy_timeout = {milliseconds}")


def _begin(connection: Connection) -> None:
    """Begin in the mode that the request needs.

    A transaction that reads first and writes later fails at once with
    "database is locked" when another wrote in between, whatever the timeout.
    So unsafe methods and commands, which may write, take the lock first.
    """
    kind = connection.get_execution_options().get("sqlite_begin")
    if kind == "NONE":
        return
    if kind is None:
        reading = has_request_context() and request.method in SAFE_METHODS
        kind = "DEFERRED" if reading else "IMMEDIATE"
    connection.exec_driver_sql(f"BEGIN {kind}")
