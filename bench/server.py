"""Serve an app by gunicorn from a baked project's folder, on a database of its own."""

from __future__ import annotations

import os
import platform
import secrets
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from tests.support.running import must
from tests.support.running import run_in
from tests.support.template import ROOT

from .client import ask
from .client import cookies_of
from .client import login

PYTHON = ROOT / ".cache" / "bench" / "bin" / "python"
NAME = "Ada Lovelace"
EMAIL = "ada@example.com"
PACKAGES = (
    *("Flask", "Werkzeug", "SQLAlchemy", "Flask-SQLAlchemy-Lite", "gunicorn"),
    *("Flask-Login", "Flask-Session", "Flask-SQLAlchemy", "redis"),
    *("Flask-Security", "Django"),
)
PASSWORD = secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Server:
    """Know a gunicorn that runs: its port, and the process that leads the workers."""

    port: int
    pid: int

    def log_in(self) -> str:
        """Return the Cookie header of a browser in which Ada is logged in."""
        answer = ask(self.port, login(EMAIL, PASSWORD))
        if not answer.startswith(b"HTTP/1.1 303"):
            raise SystemExit(f"The login failed: {answer[:200]!r}")
        return cookies_of(answer)

    def workers(self) -> list[int]:
        """Return the process ids of the workers; on Linux alone."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def computed(self) -> float:
        """Return the seconds that the workers have computed; on Linux alone."""
        tasks = (Path(f"/proc/{pid}/task").iterdir() for pid in self.workers())
        files = (task / "schedstat" for each in tasks for task in each)
        return sum(int(file.read_text().split()[0]) for file in files) / 1e9


class Site:
    """Know one app: the folder it runs in, and its environment."""

    def __init__(
        self, project: Path, app: str, database_url: str, env: Mapping[str, str]
    ) -> None:
        self.project = project
        self.app = app
        self.env = {
            **env,
            "PYTHONPATH": str(ROOT),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "DATABASE_URL": database_url,
            "PUBLIC_URL": "http://127.0.0.1",
            "MAIL_URL": "none:",
            # All logins here come from one address, and many are of one account.
            "LOGIN_ATTEMPTS_PER_ADDRESS": "1000000/900",
            "LOGIN_ATTEMPTS_PER_ACCOUNT": "1000000/900",
        }

    def prepare(self) -> None:
        """Make the tables, and the account of Ada Lovelace."""
        self.run("flask", "db", "upgrade")
        self.run("flask", "user", "create", EMAIL, "--name", NAME, stdin=PASSWORD)

    def run(self, module: str, *arguments: str, stdin: str = "") -> str:
        return self._python("-m", module, *arguments, stdin=stdin)

    def execute(self, code: str) -> None:
        self._python("-c", code)

    def _python(self, *arguments: str, stdin: str = "") -> str:
        command = [str(PYTHON), *arguments]
        return must(run_in(self.project, *command, env=self.env, stdin=stdin))

    def start(self, module: str, *arguments: str) -> subprocess.Popen[str]:
        """Run a module beside us; speak to it, and read what it says."""
        command = [str(PYTHON), "-m", module, *arguments]
        return subprocess.Popen(
            command,
            cwd=self.project,
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    @contextmanager
    def serving(
        self, log: Path, *, workers: int = 1, core: int | None = None
    ) -> Iterator[Server]:
        """Serve on a free port; requests may come at once and wait."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        with listener, log.open("ab") as output:
            port: int = listener.getsockname()[1]
            gunicorn = subprocess.Popen(
                [
                    *(PYTHON, "-m", "gunicorn", self.app, f"--workers={workers}"),
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
            yield Server(port, gunicorn.pid)
        except (OSError, SystemExit):
            sys.stderr.write(log.read_text()[-4000:])
            raise
        finally:
            gunicorn.terminate()
            gunicorn.wait()


def versions() -> str:
    """Return what the competitors are made of."""
    installed = PYTHON.parents[1] / "lib" / f"python{sysconfig.get_python_version()}"
    found = {
        distribution.name.lower(): distribution.version
        for distribution in distributions(path=[str(installed / "site-packages")])
    }
    named = [f"{package} {found[package.lower()]}" for package in PACKAGES]
    return ", ".join([f"Python {platform.python_version()}", *named])


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
