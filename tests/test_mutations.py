"""Break each security default in a baked copy: its own suite must go red."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from . import mutations
from .mutations import Mutation
from .running import run_in
from .running import tail
from .template import SLUG

TESTS_FAILED = 1
EACH = mutations.read()

pytestmark = pytest.mark.app


@pytest.mark.parametrize(
    ("mutation", "auth"), EACH, ids=[f"{m.claim} ({auth})" for m, auth in EACH]
)
def test_the_suite_notices_when_it_is_no_longer_so_that(
    mutation: Mutation,
    auth: str,
    baked: Callable[..., Path],
    env: dict[str, str],
    app_python: Path,
    tmp_path: Path,
) -> None:
    project = tmp_path / "project"
    shutil.copytree(baked(auth=auth), project)
    mutation.break_it(project / SLUG)
    tests = [
        path.relative_to(project)
        for pattern in mutation.tests.split()
        for path in sorted((project / "tests").glob(pattern))
    ]
    assert tests, f"no test is called {mutation.tests}"

    done = run_in(
        project,
        *(app_python, "-m", "pytest", "-q", "-x"),
        *("-p", "no:cacheprovider", "-p", "no:randomly"),
        *tests,
        env=env,
    )

    assert done.returncode == TESTS_FAILED, tail(done)
    assert " failed" in done.stdout, tail(done)
