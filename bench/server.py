"""Serve a competitor by gunicorn, from a fresh database with one account."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.running import must
from tests.running import run_in
from tests.template import ROOT

PYTHON = ROOT / ".cache" / "bench" / "bin" / "python"
NAME = "Ada Lovelace"
EMAIL = "ada@example.com"
PASSWORD = secrets.token_urlsafe(24)


class Site:
    """Know one competitor's folder, app and environment."""

    def __init__(
        self, project: Path, app: str, database: Path, env: Mapping[str, str]
    ) -> None:
        self.project = project
        self.app = app
        self.env = {
            **env,
            "PYTHONPATH": str(ROOT),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "DATABASE_URL": f"sqlite:///{database}",
            "PUBLIC_URL": "http://127.0.0.1",
            "MAIL_URL": "none:",
        }

    def prepare(self) -> None:
        self._run("flask", "db", "upgrade")
        self._run("flask", "user", "create", EMAIL, "--name", NAME, stdin=PASSWORD)

    def queries(self, cookies: str) -> float:
        """Return how many queries a request makes, counted in a process of its own."""
        return float(self._run("bench.sites.count", self.app, cookies))

    @contextmanager
    def serving(self, log: Path, core: int | None) -> Iterator[int]:
        """Serve on a free port, which is given; requests may come at once and wait."""
        listener = socket.create_server(("127.0.0.1", 0))
        with listener, log.open("wb") as output:
            port: int = listener.getsockname()[1]
            gunicorn = subprocess.Popen(
                [
                    *(PYTHON, "-m", "gunicorn", self.app, "--workers", "1"),
                    *("--bind", f"fd://{listener.fileno()}"),
                ],
                cwd=self.project,
                env=self.env,
                stdout=output,
                stderr=output,
                pass_fds=[listener.fileno()],
            )
        try:
            pin(gunicorn.pid, core)
            yield port
        except OSError:
            sys.stderr.write(log.read_text())
            raise
        finally:
            gunicorn.terminate()
            gunicorn.wait()

    def _run(self, module: str, *arguments: str, stdin: str = "") -> str:
        command = [str(PYTHON), "-m", module, *arguments]
        return must(run_in(self.project, *command, env=self.env, stdin=stdin))


def versions() -> str:
    return must(run_in(ROOT, PYTHON, "-m", "bench.sites.versions", env={})).strip()


def pin(pid: int, core: int | None) -> None:
    """Keep a process, and what it starts from now on, to one core."""
    if core is not None:
        os.sched_setaffinity(pid, {core})


def cores() -> tuple[int, int] | tuple[None, None]:
    """Return a core for the servers and one for us, where the system lets us choose."""
    if not hasattr(os, "sched_setaffinity"):
        return None, None
    ours = sorted(os.sched_getaffinity(0))
    return ours[0], ours[-1]
