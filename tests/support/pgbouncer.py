"""Start a PgBouncer of our own in front of a PostgreSQL, pooling by transaction."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from .programs import needed
from .server import Server
from .server import free_port

# As going-live.md says; the rest is what a test needs.
CONFIGURATION = """
[databases]
* = host=127.0.0.1 port={server} user=app

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 1
{said}
"""


class PgBouncer:
    """A pool of one connection, on which the transactions of all clients take turns."""

    def __init__(self, server_port: int, said: str) -> None:
        program = needed("pgbouncer", "pgbouncer")
        self.port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="pgbouncer-"))
        file = self._folder / "pgbouncer.ini"
        text = CONFIGURATION.format(server=server_port, port=self.port, said=said)
        file.write_text(text, encoding="utf-8")
        command = [program, str(file)]
        if os.geteuid() == 0:
            # It refuses to run as root.
            command[1:1] = ["--user", "postgres"]
            shutil.chown(self._folder, "postgres")
        self._server = Server(self._folder, command, self.port, {})
        self._server.wait_until_it_listens()

    def url(self, database: str) -> str:
        return f"postgresql://app@127.0.0.1:{self.port}/{database}"

    def close(self) -> None:
        self._server.close()
        shutil.rmtree(self._folder)
