"""Run programs as a stranger would: clean environment, empty home, no one typing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

# Nothing else of the tester's environment gets through: no SECRET_KEY, FLASK_DEBUG,
# PYTEST_ADDOPTS or cookiecutter configuration.
_KEPT = ("PATH", "PATHEXT", "SYSTEMROOT", "COMSPEC", "TEMP", "TMP", "TMPDIR")
_TAIL_LINES = 60


def clean_environment(home: Path) -> dict[str, str]:
    """Return an environment in which all that is written at home lands in `home`."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "USERPROFILE": str(home),
        # pytest clears away what its earlier runs left, and fails where another run of
        # the same tester is clearing or still writing there.
        "PYTEST_DEBUG_TEMPROOT": str(home),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Tester",
        "GIT_AUTHOR_EMAIL": "tester@example.com",
        "GIT_COMMITTER_NAME": "Tester",
        "GIT_COMMITTER_EMAIL": "tester@example.com",
    }


class Run(Protocol):
    """What `run_in` does."""

    def __call__(
        self, folder: Path, *command: str | Path, env: Mapping[str, str], stdin: str
    ) -> subprocess.CompletedProcess[str]: ...


def run_in(
    folder: Path,
    *command: str | Path,
    env: Mapping[str, str],
    stdin: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a command there and return what it said, failed or not."""
    return subprocess.run(
        command,
        cwd=folder,
        env=env,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def must(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a command printed, or fail with the last lines of it."""
    assert done.returncode == 0, tail(done)
    return done.stdout


def tail(done: subprocess.CompletedProcess[str]) -> str:
    lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    words = " ".join(str(word) for word in done.args)
    return "\n".join([f"{words}: status {done.returncode}", *lines[-_TAIL_LINES:]])
