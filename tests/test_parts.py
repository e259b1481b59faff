"""Each part of the account can be taken out: its folder, its tests, its line."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Take
from .own_tests import Forks
from .parts import PARTS
from .parts import TAKEN
from .running import must
from .running import run_in
from .template import LANGUAGES
from .template import SLUG

pytestmark = pytest.mark.app

AUTH = "session"
# What these tests look at is different without a part; all others never hear of one,
# as the whole suite without any part shows (--thorough).
LOOKS_AROUND = re.compile(r"\b(url_map|PARTS|crawl)\b")
# A test beside the project's own, which tells the module and the path of each endpoint.
PROBE = """
import json

def test_probe(served):
    views = served.view_functions
    rules = served.url_map.iter_rules()
    found = {one.endpoint: [views[one.endpoint].__module__, one.rule] for one in rules}
    with open("endpoints.json", "w") as file:
        json.dump(found, file)
"""

without = pytest.mark.parametrize("gone", TAKEN, ids="+".join)


def endpoints(project: Path, forks: Forks) -> dict[str, tuple[str, str]]:
    """Return the module and the path of each endpoint."""
    probe = project / "tests" / "test_probe.py"
    probe.write_text(PROBE, encoding="utf-8")
    forks.must(project, probe)
    probe.unlink()
    listed = json.loads((project / "endpoints.json").read_text(encoding="utf-8"))
    return {endpoint: (module, path) for endpoint, (module, path) in listed.items()}


@pytest.fixture(scope="session")
def whole(
    compiled: Callable[[str], Path],
    forks: Forks,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, tuple[str, str]]:
    """Return the endpoints of a project that has all its parts."""
    project = tmp_path_factory.mktemp("whole") / "project"
    shutil.copytree(compiled(AUTH), project)
    return endpoints(project, forks)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_recipes_name_them(language: str, baked: Callable[..., Path]) -> None:
    text = text_of(baked(auth=AUTH, language=language) / "docs" / "recipes.md")
    named = set(re.findall(r"(?m)^\| `(\w+)` \|", text))

    assert set(PARTS) <= named


@without
def test_ruff_finds_nothing_without_it(
    gone: list[str], take: Take, env: dict[str, str], app_python: Path
) -> None:
    project = take(gone)
    ruff = (app_python, "-m", "ruff")

    must(run_in(project, *ruff, "check", "--no-cache", env=env))
    must(run_in(project, *ruff, "format", "--check", "--no-cache", env=env))


@without
def test_its_pages_are_gone_and_nothing_names_them(
    gone: list[str],
    take: Take,
    whole: dict[str, tuple[str, str]],
    forks: Forks,
) -> None:
    project = take(gone)
    modules = tuple(f"{SLUG}.account.{part}." for part in gone)
    theirs = {
        endpoint: path
        for endpoint, (module, path) in whole.items()
        if f"{module}.".startswith(modules)
    }
    assert theirs, f"{gone} had no pages"

    left = endpoints(project, forks)
    assert left.keys() == whole.keys() - theirs.keys()
    assert {path for _, path in left.values()}.isdisjoint(theirs.values())
    named = re.compile("|".join(f"""["']{re.escape(name)}["']""" for name in theirs))
    package = [file for file in (project / SLUG).rglob("*") if file.is_file()]
    assert [file for file in package if named.search(text_of(file))] == []


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


@without
def test_the_other_tests_pass_without_it(
    gone: list[str], thorough: bool, take: Take, forks: Forks
) -> None:
    project = take(gone)
    shared = sorted((project / "tests").glob("test_*.py"))
    tests = [file for file in shared if LOOKS_AROUND.search(text_of(file))]
    assert tests
    if thorough:
        tests += [project / "tests" / part for part in PARTS if part not in gone]
        tests = [project / "tests"] if gone == PARTS else tests

    forks.must(project, *tests)
