"""Make PostgreSQL answer within seconds or not at all, so that no thread waits for ever."""

from typing import Any

from sqlalchemy import URL

# For each process, and never more: enough to keep it busy, since no request holds one while
# it computes a password. Eight workers fit into the 100 that a server takes by default.
POOL_SIZE = 10
# To wait for a free or a new connection; then the answer is 503. None is tried before use:
# that would double most requests' queries. So a restart of the server costs each worker a 503.
WAIT_SECONDS = 5
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
