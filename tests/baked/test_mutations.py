"""Break each security default in a baked copy: its suite must go red.

What only the machinery does wrong may be noticed by the proofs alone. --thorough starts
each from scratch; else a process that has the app ready takes the broken function.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ..support.own_tests import BRIEFLY
from ..support.own_tests import Forks
from ..support.own_tests import Warm
from . import mutations
from .mutations import Mutation

TESTS_FAILED = 1
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


@pytest.fixture(scope="session")
def broken(
    proved: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """Return a function that gives a project of each kind to break."""
    copies: dict[str, Path] = {}

    def copy(auth: str) -> Path:
        if auth not in copies:
            copies[auth] = tmp_path_factory.mktemp("broken") / auth
            shutil.copytree(proved(auth), copies[auth])
        return copies[auth]

    return copy


@pytest.fixture(scope="session")
def warm(
    broken: Callable[[str], Path],
    app_python: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Warm]]:
    """Return a function that gives a process with the app of each kind ready."""
    started: dict[str, Warm] = {}
    with ExitStack() as stack:

        def start(auth: str) -> Warm:
            if auth not in started:
                folder = tmp_path_factory.mktemp("warm")
                process = Warm.start(app_python, broken(auth), folder)
                started[auth] = stack.enter_context(process)
            return started[auth]

        yield start


@pytest.mark.parametrize(("mutation", "auth"), EACH)
def test_the_suite_notices_when_it_is_no_longer_so_that(
    mutation: Mutation,
    auth: str,
    broken: Callable[[str], Path],
    forks: Forks,
    warm: Callable[[str], Warm],
    thorough: bool,
) -> None:
    project = broken(auth)
    test = mutation.find_test(project)
    of_the_machinery = mutation.is_of_the_machinery(project)
    assert of_the_machinery or "tests/proofs" not in test
    if of_the_machinery and not thorough:
        pytest.skip("breaks core/, which no owner edits: --thorough runs it")
    file = mutation.file(project)
    ready = None if thorough else warm(auth)
    with mutation.breaking(project):
        done = ready and ready.run(file, test)
        status, said = done or forks.run(project, *BRIEFLY, test)

    assert status == TESTS_FAILED, said
    assert " failed" in said, said
