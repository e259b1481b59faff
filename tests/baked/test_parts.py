"""Each part of the account can be had alone, come later, and leave."""

from __future__ import annotations

import ast
import json
import re
import shutil
import sys
from collections.abc import Callable
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from ..conftest import Take
from ..support import keeping_up
from ..support.keeping_up import Template
from ..support.own_tests import Forks
from ..support.owner import Owned
from ..support.running import must
from ..support.running import run_in
from ..support.template import AUTHS
from ..support.template import PARTS
from ..support.template import SLUG

pytestmark = pytest.mark.app

# What tests look at by these is different with each part; all others never hear of one,
# as the whole suite without any part shows.
AROUND = {"url_map", "PARTS", "crawl"}
FILES_AROUND = (
    "core/test_headers.py",
    "core/test_imports.py",
    "core/test_migrations.py",
)
ALONE = list(zip(PARTS, cycle(AUTHS)))
WITH_TABLES = "second_factor"


@pytest.mark.parametrize(("part", "auth"), ALONE)
def test_alone_it_passes_its_own_tests_and_those_that_look_around(
    part: str,
    auth: str,
    baked: Callable[..., Path],
    forks: Forks,
    thorough: bool,
) -> None:
    tests = baked(parts=part, auth=auth) / "tests"
    own = tests / "account" / part

    forks.must(tests.parent, *([tests] if thorough else [*looking_around(tests), own]))


def looking_around(tests: Path) -> list[str]:
    """Return the tests that look around, be it by a helper of their own file."""
    found = [
        f"{file}::{name}"
        for file in sorted(tests.rglob("test_*.py"))
        for name in closure(ast.parse(file.read_bytes()).body)
        if name.startswith("test_")
    ]
    assert found
    return found + [str(tests / file) for file in FILES_AROUND]


def closure(statements: list[ast.stmt]) -> set[str]:
    """Return what a module defines by `AROUND`, or by what it defines so."""
    words = {
        name: set(re.findall(r"\w+", ast.unparse(statement)))
        for statement in statements
        for name in names_of(statement)
    }
    known = AROUND
    while more := {name for name in words if words[name] & known} - known:
        known = known | more
    return known


def names_of(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


@pytest.mark.parametrize(("part", "auth"), ALONE)
def test_alone_it_is_clean(
    part: str,
    auth: str,
    baked: Callable[..., Path],
    env: dict[str, str],
    app_python: Path,
) -> None:
    project = baked(parts=part, auth=auth)
    ruff = (app_python, "-m", "ruff")

    must(run_in(project, *ruff, "check", "--no-cache", env=env))
    must(run_in(project, *ruff, "format", "--check", "--no-cache", env=env))


@pytest.mark.parametrize(
    ("parts", "auth"), [("none", "session"), ("all", "session"), *ALONE]
)
def test_what_a_bake_imports_is_in_its_own_pins(
    parts: str,
    auth: str,
    baked: Callable[..., Path],
    brought: dict[str, list[str]],
) -> None:
    project = baked(parts=parts, auth=auth)
    own = [project / "wsgi.py", *(project / SLUG).rglob("*.py")]
    own += (project / "migrations").glob("*.py")

    assert lacking(own, project / "requirements.txt", brought) == set()
    tests = (project / "tests").rglob("*.py")
    assert lacking(tests, project / "requirements-dev.txt", brought) == set()


@pytest.fixture(scope="session")
def brought(app_python: Path) -> dict[str, list[str]]:
    """Return which packages bring each module."""
    ask = (
        "import json; from importlib.metadata import packages_distributions as known;"
        "print(json.dumps(known()))"
    )
    found = must(run_in(Path(), app_python, "-c", ask, env={}))
    return {module: list(names) for module, names in json.loads(found).items()}


def lacking(
    files: Iterator[Path] | list[Path], pins: Path, brought: dict[str, list[str]]
) -> set[str]:
    pinned = set(re.findall(r"(?m)^([a-z0-9-]+)==", pins.read_text(encoding="utf-8")))
    wanted = {module for file in files for module in imported(file)}
    return {
        module
        for module in wanted - sys.stdlib_module_names - {SLUG}
        if pinned.isdisjoint(
            re.sub("[._-]+", "-", name).lower() for name in brought[module]
        )
    }


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def test_nothing_outside_its_folder_names_it(baked: Callable[..., Path]) -> None:
    """Settings are contract, and stay: they may name what they are about."""
    project = baked(parts="none")
    words = {"sessions", "email", "tokens"}
    theirs = {part for part in PARTS if len(part) > len("data")} - words
    named = re.compile(
        rf"\b(?:{'|'.join([*theirs, 'recovery_codes', 'token_allowed'])})\b"
    )
    mentioned = {
        f"{file.relative_to(project).as_posix()}: {found}"
        for folder in (SLUG, "migrations", "tests")
        for file in (project / folder).rglob("*.py")
        for found in named.findall(text_of(file))
    }

    assert mentioned == set()


@pytest.mark.parametrize(
    "part",
    [
        part if part == WITH_TABLES else pytest.param(part, marks=pytest.mark.long)
        for part in PARTS
    ],
)
def test_it_is_taken_out_by_hand(part: str, take: Take, forks: Forks) -> None:
    """As the recipe says; its document and its pins stay, and hurt nobody."""
    project = take([part])

    forks.must(project, *looking_around(project / "tests"))


def test_it_comes_and_leaves_by_cruft_and_what_is_the_owners_stays(
    template: Template,
    tmp_path: Path,
    env: dict[str, str],
    app_python: Path,
    forks: Forks,
) -> None:
    folder = template.create(tmp_path, "session", parts="activity")
    owned = Owned(folder, env, app_python, forks)
    owned.settle_in()

    change_parts(owned, template, f"activity, {WITH_TABLES}")
    assert (folder / SLUG / "account" / WITH_TABLES / "__init__.py").is_file()
    assert "pyotp==" in text_of(folder / "requirements.txt")
    owned.run("flask", "db", "upgrade")
    owned.finds_no_difference()
    set_up = f"tests/account/{WITH_TABLES}/test_set_up.py"
    owned.tests_pass("tests/test_notes.py", set_up)
    tables = "SELECT name FROM sqlite_master WHERE name = 'second_factors'"
    assert owned.query(tables)

    owned.run("flask", "db", "downgrade", f"{WITH_TABLES}@base")
    change_parts(owned, template, "none")
    assert sorted(path.name for path in (folder / SLUG / "account").iterdir()) == [
        "__init__.py",
        "views.py",
    ]
    assert "pyotp" not in text_of(folder / "requirements.txt")
    owned.finds_no_difference()
    owned.tests_pass("tests/test_notes.py", "tests/auth/test_guards.py")
    assert not owned.query(tables)
    assert owned.query("SELECT email FROM users")
    owned.close()


def change_parts(owned: Owned, template: Template, parts: str) -> None:
    answer = ("--variables-to-update", json.dumps({"parts": parts}))
    template.update(owned.folder, *answer)
    assert keeping_up.conflicts(owned.folder, owned.env) == set()
    for cache in owned.folder.rglob("__pycache__"):
        shutil.rmtree(cache, ignore_errors=True)
    for left in (owned.folder / SLUG / "account").iterdir():
        if left.is_dir() and not any(left.iterdir()):
            left.rmdir()
    owned.commit()


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")
