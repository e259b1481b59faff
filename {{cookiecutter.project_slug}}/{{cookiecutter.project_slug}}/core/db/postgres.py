"""Make PostgreSQL answer within seconds or not at all, so that no thread waits for ever."""

import re
import time
from importlib import import_module
from typing import Any

from sqlalchemy import URL, Engine, event
from sqlalchemy.exc import DisconnectionError

from ..environ import ConfigError

# For each process, and never more: enough to keep it busy, since no request holds one while
# it computes a password. Eight workers fit into the 100 that a server takes by default.
POOL_SIZE = 10
# To wait for a free or a new connection; then the answer is 503.
WAIT_SECONDS = 5
# A server that sleeps, or a gateway, closes connections that nobody uses. To test each one
# before use would double the queries; to test those that were idle costs a busy site nothing.
IDLE_SECONDS = 30
# A host that vanished says nothing. TCP would wait a quarter of an hour for it to take what was
# sent, and two hours before it asked whether anybody is still there.
NETWORK = {"tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 5}
# In turn: to wait for a lock (as long as with SQLite), to run a statement, and to sit idle in
# an open transaction, as a frozen process does while others wait for its locks.
SERVER_TIMEOUTS = {
    "lock_timeout": "5s",
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}


def engine_options(url: URL) -> dict[str, Any]:
    """Return how to connect; what the query of the URL says wins."""
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
    """Return what the driver takes as another type than text; refuse what it cannot take."""
    conninfo = import_module("psycopg.pq").Conninfo
    known = {option.keyword.decode() for option in conninfo.get_defaults()}
    # The name is not told: it may be a piece of a password with an ampersand in it.
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
    """Test a connection that was idle before it is used, and replace one that was closed."""
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
