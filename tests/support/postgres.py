"""Start a PostgreSQL of our own on this machine, stop it, and start it again."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .server import free_port

# It lives as long as a test: there is no need to wait for the disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """A server with a folder of its own; it trusts every user of this machine."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # Not in pytest's folder, which is closed to the user that it runs as.
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._data = self._folder / "data"
        self._log = self._folder / "log"
        self.port = free_port()
        if os.geteuid() == 0:
            # It refuses to run as root.
            shutil.chown(self._folder, "postgres")
        self._run("initdb", "--username=app", "--auth=trust", "--no-sync")

    @property
    def url(self) -> str:
        return f"postgresql://app@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        settings = [f"-c {name}={value}" for name, value in FAST.items()]
        options = f"-p {self.port} -h 127.0.0.1 -k '' {' '.join(settings)}"
        self._run("pg_ctl", "start", "--wait", f"--log={self._log}", "-o", options)

    def stop(self) -> None:
        """End it as a restart of its host does: without waiting for anybody."""
        self._run("pg_ctl", "stop", "--wait", "--mode=fast")

    def close(self) -> None:
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--wait", "--mode=immediate")
        shutil.rmtree(self._folder)

    def ask(self, statement: str, database: str = "postgres") -> str:
        """Return what psql says, without its frame."""
        psql = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--quiet"]
        where = ["--host=127.0.0.1", f"--port={self.port}", "--username=app"]
        return subprocess.run(
            [self._programs / psql[0], *psql[1:], *where, database, "-c", statement],
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout.strip()

    def new_database(self, name: str) -> str:
        """Return the URL of an empty database."""
        self.ask(f"CREATE DATABASE {name}")
        return f"postgresql://app@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), f"--pgdata={self._data}", *arguments]
        # What it says goes to a file: the server would keep a pipe open.
        with self._log.with_suffix(".commands").open("a+") as said:
            done = subprocess.run(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                user="postgres" if os.geteuid() == 0 else None,
                check=False,
            )
            said.seek(0)
            assert done.returncode == 0, said.read()
