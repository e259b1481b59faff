"""Start a server, wait until it listens, end it by its process id, come what may."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

DEADLINE_SECONDS = 20


class Process(Protocol):
    """What is needed of a Popen."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float) -> int: ...
    def send_signal(self, number: int) -> None: ...


Begin = Callable[[Path, list[str], Mapping[str, str], Path], Process]


def begin_anew(
    folder: Path, command: list[str], env: Mapping[str, str], log: Path
) -> Process:
    with log.open("wb") as said:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_heed_ctrl_c if os.name == "posix" else None,
        )


class Server:
    """A process that serves on a port of this machine; it leads a group of its own."""

    def __init__(
        self,
        folder: Path,
        command: list[str],
        port: int,
        env: Mapping[str, str],
        begin: Begin = begin_anew,
    ) -> None:
        self.port = port
        self._log = folder / f"server-{port}.log"
        self._process = begin(folder, command, env, self._log)

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def status(self) -> int | None:
        """Return how the process ended, or None while it runs."""
        return self._process.poll()

    def wait_until_it_listens(self) -> None:
        def listens() -> bool:
            assert self.status is None, f"ended with {self.status}:\n{self.output}"
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", self.port)) == 0

        wait_until(listens)

    def signal(self, number: int = signal.SIGTERM) -> None:
        self._process.send_signal(number)

    def wait(self) -> int:
        """Return the status with which it ends."""
        return self._process.wait(timeout=DEADLINE_SECONDS)

    def interrupt(self) -> None:
        """Do what Ctrl-C does: a terminal sends it to the whole group."""
        os.killpg(self._process.pid, signal.SIGINT)

    def close(self) -> None:
        """End what is left of it; show what it said should a test have failed."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait(timeout=DEADLINE_SECONDS)
        print(self.output)


def _heed_ctrl_c() -> None:
    """Undo what a shell does to tests in the background, and to all they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(is_so: Callable[[], bool]) -> None:
    """Look again and again, but not for ever."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"{is_so.__qualname__}: not in time"
        time.sleep(0.02)
