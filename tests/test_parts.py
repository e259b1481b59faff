"""Each part of the account can be taken out: its folder, its tests, its line."""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .environment import CACHE
from .running import clean_environment
from .running import must
from .running import run_in
from .running import tail
from .template import LANGUAGES
from .template import SLUG
from .template import template_files

pytestmark = pytest.mark.app

AUTH = "session"
WIRING = f"{SLUG}/account/__init__.py"
# What these tests look at is different without a part; all others never hear of one,
# as the whole suite without any part shows (--thorough).
LOOKS_AROUND = re.compile(r"\b(url_map|PARTS|crawl)\b")
LIST_ENDPOINTS = f"""
import json
from {SLUG} import create_app
from {SLUG}.config import Settings
environ = {{"SECRET_KEY": "0123456789 abcdefghij 0123456789", "PUBLIC_URL": "https://a.example"}}
app = create_app(Settings.from_environ(environ))
print(json.dumps({{
    rule.endpoint: [app.view_functions[rule.endpoint].__module__, rule.rule]
    for rule in app.url_map.iter_rules()
}}))
"""


def parts() -> list[str]:
    """Return the names in PARTS, as the template has them now."""
    for node in ast.parse(template_files()[WIRING].read_text("utf-8")).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "PARTS":
            assert node.value is not None
            return list(ast.literal_eval(node.value))
    raise AssertionError(f"no PARTS in {WIRING}")


PARTS = parts()
# One at a time, and all of them at once.
TAKEN = [*([part] for part in PARTS), PARTS] if PARTS else []
without = pytest.mark.parametrize("gone", TAKEN, ids="+".join)
Take = Callable[[list[str]], Path]


@pytest.fixture
def take(baked: Callable[..., Path], tmp_path: Path) -> Take:
    """Return a function that copies a project and takes parts out of the copy."""

    def copy_without(gone: list[str]) -> Path:
        project = tmp_path / "-".join(gone)
        shutil.copytree(baked(auth=AUTH), project)
        for part in gone:
            take_out(project, part)
        return project

    return copy_without


def take_out(project: Path, part: str) -> None:
    """Do what the README tells people to do."""
    shutil.rmtree(project / SLUG / "account" / part)
    shutil.rmtree(project / "tests" / part)
    wiring = project / WIRING
    text = wiring.read_text(encoding="utf-8")
    line = f'    "{part}",\n'
    assert text.count(line) == 1, f"{part} has no line of its own"
    # The last one leaves an empty pair of brackets behind, which the formatter joins.
    text = text.replace(line, "").replace("(\n)", "()")
    wiring.write_text(text, encoding="utf-8")


def endpoints(
    project: Path, python: Path, env: dict[str, str]
) -> dict[str, tuple[str, str]]:
    """Return the module and the path of each endpoint."""
    listed = json.loads(must(run_in(project, python, "-c", LIST_ENDPOINTS, env=env)))
    return {endpoint: (module, path) for endpoint, (module, path) in listed.items()}


@pytest.fixture(scope="session")
def whole(
    baked: Callable[..., Path],
    app_python: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, tuple[str, str]]:
    """Return the endpoints of a project that has all its parts."""
    env = clean_environment(tmp_path_factory.mktemp("home"))
    project = tmp_path_factory.mktemp("whole") / "project"
    shutil.copytree(baked(auth=AUTH), project)
    return endpoints(project, app_python, env)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_names_them(language: str, baked: Callable[..., Path]) -> None:
    text = text_of(baked(auth=AUTH, language=language) / "README.md")
    named = set(re.findall(r"(?m)^\| `(\w+)` \|", text))

    assert set(PARTS) <= named


def test_mypy_finds_nothing_without_them(
    take: Take, env: dict[str, str], app_python: Path
) -> None:
    """One after the other and with one cache: most of the time goes to libraries."""
    mypy = [str(app_python), "-m", "mypy", "--cache-dir", str(CACHE / "mypy-parts")]
    done = [run_in(take(gone), *mypy, env=env) for gone in TAKEN]

    failures = "\n\n".join(tail(one) for one in done if one.returncode != 0)
    assert not failures, failures


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
    env: dict[str, str],
    app_python: Path,
) -> None:
    project = take(gone)
    modules = tuple(f"{SLUG}.account.{part}." for part in gone)
    theirs = {
        endpoint: path
        for endpoint, (module, path) in whole.items()
        if f"{module}.".startswith(modules)
    }
    assert theirs, f"{gone} had no pages"

    left = endpoints(project, app_python, env)
    assert left.keys() == whole.keys() - theirs.keys()
    assert {path for _, path in left.values()}.isdisjoint(theirs.values())
    named = re.compile("|".join(f"""["']{re.escape(name)}["']""" for name in theirs))
    package = [file for file in (project / SLUG).rglob("*") if file.is_file()]
    assert [file for file in package if named.search(text_of(file))] == []


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


@without
def test_the_other_tests_pass_without_it(
    gone: list[str],
    thorough: bool,
    take: Take,
    env: dict[str, str],
    app_python: Path,
) -> None:
    """Links to its pages would lead nowhere, and tests of the others would miss it."""
    project = take(gone)
    shared = sorted((project / "tests").glob("test_*.py"))
    tests = [file for file in shared if LOOKS_AROUND.search(text_of(file))]
    assert tests
    if thorough:
        tests += [project / "tests" / part for part in PARTS if part not in gone]
        tests = [project / "tests"] if gone == PARTS else tests

    pytest_ = (app_python, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert " passed" in must(run_in(project, *pytest_, *tests, env=env))
