"""Make PostgreSQL answer within seconds or not at all, so that no thread waits for ever."""

from typing import Any

from sqlalchemy import URL

# In each process, none beyond: as many as one process keeps busy, since no request holds
# one while it computes a password. Eight workers fit into the 100 that a server takes.
POOL_SIZE = 10
# For one of them, and for a new one; then the answer is 503. None is tried before use, which
# would double what most requests ask: after a restart, one of each worker's answers is 503.
WAIT_SECONDS = 5
# A host that vanished says nothing. TCP would wait a quarter of an hour for it to take what was
# sent, and two hours before it asked whether anybody is still there.
NETWORK = {"tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 5}
# A statement that waits for another's lock, as long as SQLite lets it wait; any statement; and
# a transaction whose process was frozen in the middle, with locks that others wait for.
SERVER_TIMEOUTS = {
    "lock_timeout": "5s",
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}


def engine_options(url: URL) -> dict[str, Any]:
    """Return how to connect; what the query of the URL says comes last, and wins."""
    timeouts = [f"-c {name}={value}" for name, value in SERVER_TIMEOUTS.items()]
    defaults = {"connect_timeout": WAIT_SECONDS, **NETWORK}
    said = dict(url.query)
    options = said.get("options", ())
    said["options"] = " ".join([*timeouts, *([options] if isinstance(options, str) else options)])
    return {
        "pool_size": POOL_SIZE,
        "max_overflow": 0,
        "pool_timeout": WAIT_SECONDS,
        "connect_args": {**defaults, **said},
    }
