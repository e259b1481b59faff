"""Every version of Babel reads the same plural forms: they stand in the catalogues."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ..support.environment import apart
from ..support.running import must
from ..support.running import run_in
from ..support.template import PROJECT
from ..support.template import tree

CATALOGUES = sorted(PROJECT.rglob("messages.po"))
# Whatever shows a text.
TESTS = [
    "tests/core/test_catalogues.py",
    "tests/core/test_i18n.py",
    "tests/proofs/core/test_translated_pages.py",
    "tests/proofs/account/second_factor/test_translated.py",
]


# The older one is pinned, so all other tests run with it.
BABELS = [pytest.param("babel==2.18.0", marks=pytest.mark.long), "babel==2.19.0"]


@pytest.fixture(params=BABELS)
def with_babel(request: pytest.FixtureRequest, env: dict[str, str]) -> dict[str, str]:
    return {**env, "PYTHONPATH": str(apart(request.param))}


@pytest.mark.app
def test_the_suite_passes_and_make_strings_changes_nothing(
    proved: Callable[[str], Path],
    tmp_path: Path,
    app_python: Path,
    with_babel: dict[str, str],
) -> None:
    project = tmp_path / "project"
    shutil.copytree(proved("session"), project)
    before = tree(project)

    if shutil.which("make"):
        (project / ".venv").mkdir()
        installed = (f"BIN={app_python.parent}", "--assume-old", ".venv/installed")
        must(run_in(project, "make", "strings", *installed, env=with_babel))
        shutil.rmtree(project / ".venv")
        assert tree(project) == before
    quiet = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly")
    must(run_in(project, app_python, "-m", "pytest", *quiet, *TESTS, env=with_babel))


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="needs GNU gettext")
@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.parts[-5])
def test_gettext_reads_the_catalogues(
    catalogue: Path, tmp_path: Path, env: dict[str, str]
) -> None:
    check = ("msgfmt", "--check", "--output-file", tmp_path / "out.mo")
    must(run_in(tmp_path, *check, catalogue, env=env))
