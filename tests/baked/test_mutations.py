"""Break each security default in a baked copy: its suite must go red.

What only the machinery does wrong may be noticed by the proofs alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ..support.own_tests import Forks
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


@pytest.mark.parametrize(("mutation", "auth"), EACH)
def test_the_suite_notices_when_it_is_no_longer_so_that(
    mutation: Mutation,
    auth: str,
    broken: Callable[[str], Path],
    forks: Forks,
    thorough: bool,
) -> None:
    project = broken(auth)
    test = mutation.find_test(project)
    of_the_machinery = mutation.is_of_the_machinery(project)
    assert of_the_machinery or "tests/proofs" not in test
    if of_the_machinery and not thorough:
        pytest.skip("breaks core/, which no owner edits: --thorough runs it")
    with mutation.breaking(project):
        status, said = forks.run(project, "-x", test)

    assert status == TESTS_FAILED, said
    assert " failed" in said, said
