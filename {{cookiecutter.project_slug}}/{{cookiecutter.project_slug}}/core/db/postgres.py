"""Set timeouts for PostgreSQL, so that no thread waits forever."""

import re
import time
from importlib import import_module
from typing import Any

from sqlalchemy import URL, Engine, event
from sqlalchemy.exc import DisconnectionError

from ..environ import ConfigError

# Connections per process, at most. Enough to keep it busy, since no request holds one while it
# hashes a password. Eight workers fit into the 100 that a server accepts by default.
POOL_SIZE = 10
# Timeout for a free or a new connection; then the app answers 503.
WAIT_SECONDS = 5
# A sleeping server or a gateway closes idle connections. pool_pre_ping is off: it would double
# the queries. Testing only connections that were idle costs a busy site nothing.
IDLE_SECONDS = 30
# A host that vanished sends nothing. By default TCP waits a quarter of an hour for it to
# acknowledge data, and two hours before it sends a keepalive.
NETWORK = {"tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 5}
# Timeouts for a lock (as long as with SQLite), for a statement, and for an idle transaction,
# such as a frozen process's while others wait for its locks.
SERVER_TIMEOUTS = {
    "lock_timeout": "5s",
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}


def engine_options(url: URL) -> dict[str, Any]:
    """Return the engine's options; those in the query of the URL win."""
    timeouts = [f"-c {name}={value}" for name, value in SERVER_TIMEOUTS.items()]
    defaults = {"connect_timeout": WAIT_SECONDS, **NETWORK}
    options = url.query.get("options", ())
    return {
        "pool_size": POOL_SIZE,
        "max_overflow": 0,
        "pool_timeout": WAIT_SECONDS,
        "connect_args": {
            **{name: value for name, value in defaults.items() if name not in url.query},
            **_driver_options(url),
            "options": " ".join([*timeouts, *([options] if isinstance(options, str) else options)]),
        },
    }


def _driver_options(url: URL) -> dict[str, int | None]:
    """Return options that the driver takes as another type than text; refuse unknown ones."""
    conninfo = import_module("psycopg.pq").Conninfo
    known = {option.keyword.decode() for option in conninfo.get_defaults()}
    # Do not print the name: it may be part of a password that contains an ampersand.
    if not url.query.keys() <= known | {"prepare_threshold"}:
        problem = "has an option that is neither libpq's nor prepare_threshold: leave it out."
        raise ConfigError("DATABASE_URL", problem)
    if "prepare_threshold" not in url.query:
        return {}
    text = str(url.query["prepare_threshold"]).lower()
    if text != "none" and not re.fullmatch("[0-9]{1,9}", text):
        raise ConfigError("DATABASE_URL", "must have a number or none as its prepare_threshold.")
    return {"prepare_threshold": None if text == "none" else int(text)}


def probe_idle_connections(engine: Engine) -> None:
    """Test an idle connection before it is used, and replace a closed one."""
    dialect = engine.dialect

    @event.listens_for(engine, "checkin")
    def note(connection: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def probe(connection: Any, record: Any, proxy: object) -> None:
        since = record.info.get("idle_since")
        if since is None or time.monotonic() - since < IDLE_SECONDS:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error:
            raise DisconnectionError from None
