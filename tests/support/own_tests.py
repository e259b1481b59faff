"""Run tests and commands of a baked project in less time than they take to start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Self

from .running import clean_environment
from .server import DEADLINE_SECONDS
from .template import ROOT

_PROGRAM = Path(__file__).with_name("forks.py")
_WARM = Path(__file__).with_name("warm.py")
# Of the plugins only what tests ask for: to load all takes a third of a run.
_OPTIONS = "-q -p no:cacheprovider --disable-plugin-autoload -p time_machine".split()
# Where a failure is expected: to show its code takes longer than most tests.
BRIEFLY = ("-x", "--tb=native")


def read(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


@dataclass
class Fork:
    """What runs in a fork; it leads a group of its own."""

    pid: int
    _status_of: Callable[[int], int | None]
    _status: int | None = None

    def poll(self) -> int | None:
        if self._status is None:
            self._status = self._status_of(self.pid)
        return self._status

    def wait(self, timeout: float) -> int:
        deadline = time.monotonic() + timeout
        while (status := self.poll()) is None:
            assert time.monotonic() < deadline, "it does not end"
            time.sleep(0.005)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


class Forks:
    """Have pytest, flask and gunicorn run where the libraries are; see `forks.py`."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log
        self._turn = Lock()
        self._count = count()

    @classmethod
    @contextmanager
    def start(cls, python: Path, folder: Path) -> Iterator[Forks]:
        """Start that process with the interpreter of the baked projects."""
        with cls._start(folder, python, _PROGRAM) as forks:
            yield forks

    @classmethod
    @contextmanager
    def _start(cls, folder: Path, *command: str | Path) -> Iterator[Self]:
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=clean_environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        ) as process:
            yield cls(process, folder / "log")
            assert process.stdin
            process.stdin.close()

    def run(self, project: Path, *arguments: str | Path) -> tuple[int, str]:
        """Return pytest's status and what it said."""
        arguments = (*_OPTIONS, *map(str, arguments))
        log = str(self._log)
        status = self._order(project, arguments, [os.devnull, log, log])
        return status, read(self._log)

    def run_program(
        self, folder: Path, *command: str, env: Mapping[str, str], stdin: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `flask` or `gunicorn` in a project; others may run meanwhile."""
        log = self._log.with_name(f"{next(self._count)}")
        streams = [log.with_suffix(f".{name}") for name in ("in", "out", "err")]
        streams[0].write_text(stdin, encoding="utf-8")
        status = self._begin(folder, command, env, *streams).wait(DEADLINE_SECONDS)
        return subprocess.CompletedProcess(command, status, *map(read, streams[1:]))

    def begin(
        self, folder: Path, command: list[str], env: Mapping[str, str], log: Path
    ) -> Fork:
        """Begin what is to go on."""
        return self._begin(folder, command, env, Path(os.devnull), log, log)

    def _begin(
        self,
        folder: Path,
        command: Sequence[str],
        env: Mapping[str, str],
        *streams: Path,
    ) -> Fork:
        names = [str(one) for one in streams]
        pid = self._order(folder, command, names, env=dict(env))
        return Fork(pid, lambda pid: self._ask(status_of=pid))

    def _order(
        self,
        folder: Path,
        arguments: Sequence[str | Path],
        streams: list[str],
        **more: object,
    ) -> int:
        asked = {"folder": str(folder), "arguments": arguments, "streams": streams}
        number = self._ask(**asked, **more)
        assert number is not None
        return number

    def _ask(self, **order: object) -> int | None:
        assert self._process.stdin
        assert self._process.stdout
        with self._turn:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            answer: int | None = json.loads(self._process.stdout.readline())
        return answer

    def must(self, project: Path, *arguments: str | Path) -> None:
        """Run what has to pass, or fail with what it said."""
        status, said = self.run(project, *arguments)
        assert status == 0, said


class Bakes(Forks):
    """Have cookiecutter and cruft run where they are already; see `bakes.py`."""

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[Bakes]:
        with cls._start(folder, sys.executable, "-m", f"{__package__}.bakes") as bakes:
            yield bakes

    def run_in(
        self,
        folder: Path,
        *command: str | Path,
        env: Mapping[str, str],
        stdin: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """Do what `running.run_in` does with `python -m`."""
        return self.run_program(folder, *map(str, command[2:]), env=env, stdin=stdin)


class Warm:
    """Have tests of a project run by a process that has its app; see `warm.py`."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log

    @classmethod
    @contextmanager
    def start(cls, python: Path, project: Path, folder: Path) -> Iterator[Warm]:
        # Pytest's own capture would hold the place of the log.
        with subprocess.Popen(
            [python, _WARM, *_OPTIONS, *BRIEFLY, "--capture=no"],
            cwd=project,
            env=clean_environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        ) as process:
            assert process.stdin
            assert process.stdout
            said = []
            for line in process.stdout:
                said.append(line)
                if line == "ready\n":
                    break
            else:
                raise AssertionError("".join(said))
            yield cls(process, folder / "log")
            process.stdin.close()
            process.stdout.read()

    def run(self, broken: Path, test: str) -> tuple[int, str] | None:
        """Return pytest's status and what it said; None where `Forks` has to run it."""
        order = {"file": str(broken), "test": test, "log": str(self._log)}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        status = self._process.stdout.readline().strip()
        if status == "cold":
            return None
        return int(status), read(self._log)
