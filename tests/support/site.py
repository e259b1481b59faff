"""Handle a baked project as its owner does: run its commands, serve it, look inside."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from .own_tests import Forks
from .running import must
from .server import DEADLINE_SECONDS
from .server import Server
from .server import free_port
from .template import SLUG

# Nobody's folder has a plain name.
FOLDER = "Olá, 100% mine"
ORIGIN = "https://app.example"
# Whose account is there when a site is opened.
EMAIL = "ana@example.com"
PASSWORD = "correct horse battery staple"
KEY = "a key for these tests alone: 0123456789 abcdefghij"
# What the app asks for before it serves.
SERVED = {"SECRET_KEY": KEY, "PUBLIC_URL": ORIGIN, "MAIL_URL": "none:"}
# What `forks.py` can run.
FORKED = {"flask", "gunicorn"}
ONCE = "--no-reload"
NONE: Mapping[str, str] = {}
COSTS = "time_cost=3, memory_cost=64 * 1024, parallelism=4"
CHEAP = "time_cost=1, memory_cost=8, parallelism=1"
# What most tests ask about needs one alone, and each takes its time to start.
TWO_WORKERS = ("--workers=2",)
# A worker that waits for somebody then answers nobody else: so each can be asked.
ONE_AT_A_TIME = (*TWO_WORKERS, "--worker-class=sync", "--threads=1")
# The log then tells which worker answered.
ACCESS_LOG = "worker=%(p)s %(m)s %(U)s %(s)s"


class Site:
    """A baked project in a folder of its own, and the servers started from it."""

    def __init__(
        self,
        folder: Path,
        env: dict[str, str],
        programs: Path,
        forks: Forks | None = None,
    ) -> None:
        self.folder = folder
        self._env = env
        self._programs = programs
        self._forks = forks
        self._servers: list[Server] = []

    def run(
        self, program: str, *arguments: str, stdin: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `flask` or `gunicorn` in the project; it has to end within seconds.

        Where there are forks, it runs in one.
        """
        if self._forks and program in FORKED:
            command, env = (program, *arguments), {**self._env, **variables}
            return self._forks.run_program(self.folder, *command, env=env, stdin=stdin)
        return subprocess.run(
            [self._programs / program, *arguments],
            cwd=self.folder,
            env={**self._env, **variables},
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=DEADLINE_SECONDS,
            check=False,
        )

    def flask(self, *arguments: str, stdin: str = "", **variables: str) -> str:
        """Run `flask` and return what it prints."""
        return must(self.run("flask", *arguments, stdin=stdin, **variables))

    def serve(
        self,
        variables: Mapping[str, str] = SERVED,
        options: tuple[str, ...] = (),
        port: int = 0,
    ) -> Server:
        """Start gunicorn as the project configures it, with one worker."""
        port = port or free_port()
        command = ["gunicorn", "wsgi:app", "--workers=1", f"--bind=127.0.0.1:{port}"]
        log = ["--access-logfile=-", f"--access-logformat={ACCESS_LOG}"]
        return self.start([*command, *log, *options], port, variables)

    def develop(self, *, reloading: bool = True) -> Server:
        """Start what `make run` starts, or without what looks for changes of the code.

        That one starts another program, which imports everything anew.
        """
        port = free_port()
        command = ["flask", "run", "--debug", f"--port={port}"]
        command += [] if reloading else [ONCE]
        return self.start(command, port, {"SECRET_KEY": KEY})

    def add_account(self, variables: Mapping[str, str], email: str = EMAIL) -> None:
        """Make an account as an operator does."""
        create = ("user", "create", email, "--name", "Ana")
        self.flask(*create, stdin=f"{PASSWORD}\n", **variables)

    def hash_cheaply(self) -> None:
        """Hash passwords as the project's own tests do, where nobody looks at that."""
        file = self.folder / SLUG / "auth/passwords.py"
        text = file.read_text(encoding="utf-8")
        assert text.count(COSTS) == 1
        file.write_text(text.replace(COSTS, CHEAP), encoding="utf-8")

    def query(self, statement: str) -> list[tuple[object, ...]]:
        database = self.folder / "instance" / "app.sqlite"
        with closing(sqlite3.connect(database, timeout=5)) as connection, connection:
            return connection.execute(statement).fetchall()

    def close(self) -> None:
        for server in self._servers:
            server.close()

    def start(
        self, command: list[str], port: int, variables: Mapping[str, str] = NONE
    ) -> Server:
        """Start a server by a command of the project's own."""
        program, *arguments = command
        env = {**self._env, **variables}
        if self._forks and (program == "gunicorn" or ONCE in arguments):
            server = Server(self.folder, command, port, env, self._forks.begin)
        else:
            command = [str(self._programs / program), *arguments]
            server = Server(self.folder, command, port, env)
        self._servers.append(server)
        server.wait_until_it_listens()
        return server


def workers_in(output: str, line: str) -> set[str]:
    """Return the process ids of the workers that logged an answer like this."""
    return set(re.findall(rf"worker=<(\d+)> {line}", output))
