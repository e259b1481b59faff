"""Run tests and commands of a baked project in less time than they take to start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from .running import clean_environment
from .template import ROOT

_PROGRAM = Path(__file__).with_name("forks.py")
_WARM = Path(__file__).with_name("warm.py")
# Of the plugins only what tests ask for: to load all takes a third of a run.
_OPTIONS = "-q -p no:cacheprovider --disable-plugin-autoload -p time_machine".split()
# Where a failure is expected: to show its code takes longer than most tests.
BRIEFLY = ("-x", "--tb=native")


def read(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


class Forks:
    """Have pytest and flask run where the libraries are already; see `forks.py`."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log

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
        status = self._ask(project, arguments, [os.devnull, log, log])
        return status, read(self._log)

    def flask(
        self, project: Path, *arguments: str, env: Mapping[str, str], stdin: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of a project."""
        status, *said = self._say(project, arguments, env, stdin)
        return subprocess.CompletedProcess(["flask", *arguments], status, *said)

    def _say(
        self,
        folder: Path,
        arguments: tuple[str, ...],
        env: Mapping[str, str],
        stdin: str,
    ) -> tuple[int, str, str]:
        """Return the status of what runs, and what it said."""
        streams = [self._log.with_suffix(f".{name}") for name in ("in", "out", "err")]
        streams[0].write_text(stdin, encoding="utf-8")
        names = [str(one) for one in streams]
        status = self._ask(folder, arguments, names, env=dict(env))
        return status, read(streams[1]), read(streams[2])

    def _ask(
        self,
        project: Path,
        arguments: tuple[str | Path, ...],
        streams: list[str],
        **more: object,
    ) -> int:
        order = {
            "folder": str(project),
            "arguments": arguments,
            "streams": streams,
            **more,
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def must(self, project: Path, *arguments: str | Path) -> None:
        """Run what has to pass, or fail with what it said."""
        status, said = self.run(project, *arguments)
        assert status == 0, said


class Bakes(Forks):
    """Have cookiecutter and cruft run where they are already; see `bakes.py`."""

    @classmethod
    @contextmanager
    def begin(cls, folder: Path) -> Iterator[Bakes]:
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
        arguments = tuple(map(str, command[2:]))
        status, *said = self._say(folder, arguments, env, stdin)
        return subprocess.CompletedProcess(command, status, *said)


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
