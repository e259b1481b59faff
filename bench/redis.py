"""Start a Redis of our own on this machine, that keeps nothing on disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.server import Server
from tests.support.server import free_port

MISSING = "No redis-server is here (on Debian: apt-get install redis-server)."


def exists() -> bool:
    return shutil.which("redis-server") is not None


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Give the URL of a server that lives as long as the block."""
    port = free_port()
    options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    options += ["--logfile", str(folder / "redis.log")]
    server = Server(folder, ["redis-server", "--port", str(port), *options], port, {})
    try:
        server.wait_until_it_listens()
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.close()
