"""Make SQLite fit for many requests at once, and its file fit for nobody else's eyes."""

import os
from contextlib import suppress
from typing import Any

from flask import has_request_context, request
from sqlalchemy import Connection, Dialect, Engine, event

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BUSY_TIMEOUT_MS = 5000
# A connection for each thread: a reader must not wait for those that wait to write.
SQLITE_OPTIONS = {"max_overflow": -1}


def set_up_sqlite(engine: Engine) -> None:
    if "uri" not in engine.url.query:
        event.listen(engine, "do_connect", _make_private)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)


def _make_private(dialect: Dialect, record: object, args: list[Any], options: object) -> None:
    """Make the file for its owner alone: SQLite itself would let everybody read it."""
    # A file that exists is not opened: closing it again would drop SQLite's locks on it.
    with suppress(OSError):
        os.close(os.open(args[0], os.O_CREAT | os.O_EXCL, 0o600))


def _set_up(connection: Any, record: object) -> None:
    # The driver would begin on its own, and only before a write: see below.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    set_busy_timeout(connection, BUSY_TIMEOUT_MS)


def set_busy_timeout(connection: Any, milliseconds: int) -> None:
    connection.execute(f"PRAGMA busy_timeout = {milliseconds}")


def _begin(connection: Connection) -> None:
    """Begin as the work ahead needs it.

    A transaction that reads first and writes later fails at once with
    "database is locked" when another wrote in between, whatever the timeout.
    So whatever may write takes the lock first: unsafe methods, the command line.
    """
    kind = connection.get_execution_options().get("sqlite_begin")
    if kind == "NONE":
        return
    if kind is None:
        reading = has_request_context() and request.method in SAFE_METHODS
        kind = "DEFERRED" if reading else "IMMEDIATE"
    connection.exec_driver_sql(f"BEGIN {kind}")
