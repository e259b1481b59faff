"""Break each security default in a baked copy: its own suite must go red."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import mutations
from .mutations import Mutation
from .running import clean_environment
from .template import ROOT
from .template import SLUG

TESTS_FAILED = 1
# Of the plugins only what tests ask for: to load all takes a third of a run.
OPTIONS = "-q -p no:cacheprovider --disable-plugin-autoload -p time_machine".split()
EACH = [
    pytest.param(
        mutation,
        auth,
        marks=[] if auth == mutation.auth[0] else pytest.mark.long,
        id=f"{mutation.claim} ({auth})",
    )
    for mutation, auth in mutations.read()
]

pytestmark = pytest.mark.app


class Forks:
    """Have pytest run by the one process that has the libraries; see `forks.py`."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log

    def run(self, project: Path, *arguments: str) -> tuple[int, str]:
        order = {"folder": str(project), "arguments": arguments, "log": str(self._log)}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        return status, self._log.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="session")
def forks(
    app_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Forks]:
    folder = tmp_path_factory.mktemp("forks")
    with subprocess.Popen(
        [app_python, str(ROOT / "tests" / "forks.py")],
        env=clean_environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        yield Forks(process, folder / "log")
        assert process.stdin
        process.stdin.close()


@pytest.fixture(scope="session")
def projects(
    baked: Callable[..., Path], forks: Forks, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """Return a function that gives a project of each kind to break, compiled."""
    copies: dict[str, Path] = {}

    def project(auth: str) -> Path:
        if auth not in copies:
            copies[auth] = tmp_path_factory.mktemp("broken") / auth
            shutil.copytree(baked(auth=auth), copies[auth])
            status, said = forks.run(copies[auth], *OPTIONS, "--collect-only")
            assert status == 0, said
        return copies[auth]

    return project


@pytest.mark.parametrize(("mutation", "auth"), EACH)
def test_the_suite_notices_when_it_is_no_longer_so_that(
    mutation: Mutation,
    auth: str,
    projects: Callable[[str], Path],
    forks: Forks,
) -> None:
    project = projects(auth)
    with mutation.breaking(project / SLUG):
        status, said = forks.run(project, *OPTIONS, "-x", f"tests/{mutation.test}")

    assert status == TESTS_FAILED, said
    assert " failed" in said, said
