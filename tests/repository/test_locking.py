"""What is pinned can be installed later too, by every pip; make lock moves nothing."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ..support.environment import apart
from ..support.running import must
from ..support.running import run_in
from ..support.running import tail
from ..support.small_index import Index
from ..support.small_index import newer
from ..support.small_index import pins
from ..support.template import LANGUAGES
from ..support.template import PROJECT
from ..support.template import ROOT

pytestmark = pytest.mark.app

DEV = "requirements-dev.txt"
# The oldest that a Python brings, where it differs, and the newest.
OLDEST = {(3, 11): "22.3", (3, 12): "23.2.1"}
PIPS = [*filter(None, [OLDEST.get(sys.version_info[:2])]), "26.3"]
INSTALL = re.compile(r"pip install (.*--require-hashes) -r requirements-dev\.txt")
READMES = [PROJECT / "variants/language" / name / "README.md" for name in LANGUAGES]
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


@pytest.fixture
def project(baked: Callable[..., Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(baked(), tmp_path / "project"))


@pytest.fixture
def index(
    project: Path, tmp_path: Path, app_python: Path, env: dict[str, str]
) -> Index:
    """Return an index that has moved on since the project was locked."""
    folder = tmp_path / "index"
    folder.mkdir()
    index = Index(folder, app_python, env)
    for lock in (DEV, "requirements.txt"):
        index.hold(project / lock)
    return index


@pytest.mark.parametrize("pip", PIPS)
def test_each_pip_installs_what_is_pinned_by_the_line_of_the_readmes(
    pip: str, project: Path, index: Index, env: dict[str, str]
) -> None:
    texts = [file.read_text(encoding="utf-8") for file in READMES]
    (options,) = set(INSTALL.findall("".join(texts)))
    must(run_in(project, sys.executable, "-m", "venv", "--without-pip", "v", env=env))
    at = {**env, **index.env, "PYTHONPATH": str(apart(f"pip=={pip}"))}
    install = ("-m", "pip", "install", "--dry-run", *options.split(), "-r", DEV)
    said = must(run_in(project, "v/bin/python", *install, env=at))

    would = re.findall(r"(?m)^Would install (.*)$", said)[0].split()
    assert f"coverage-{pins(project / DEV)['coverage']}" in would


def test_each_line_that_installs_what_is_pinned_leaves_dependencies_alone() -> None:
    """The files name all of them; pip below 23.3 fails once one has a newer release."""
    places = [PROJECT / "Makefile", PROJECT / "Dockerfile", ROOT / "Makefile"]
    places += [*PROJECT.rglob("*.md"), *PROJECT.rglob(".github/workflows/*.yml")]
    places += [*ROOT.glob(".github/workflows/*.yml"), *ROOT.glob("hooks/*.py")]
    found = [
        line
        for place in places
        for line in place.read_text(encoding="utf-8").replace("\\\n\t", "").splitlines()
        if re.search(r"(?<!uv )(?<!UV\) )pip install .*--require-hashes", line)
    ]

    assert len(found) > 10
    assert [line for line in found if "--no-deps --require-hashes" not in line] == []


@needs_make
def test_make_says_so_when_pip_has_to_install(
    project: Path, index: Index, env: dict[str, str]
) -> None:
    """This index's uv is empty. What the user told pip is for other environments."""
    elsewhere = project / "elsewhere"
    others = {"PIP_USER": "1", "PIP_TARGET": str(elsewhere)}
    stale = project / ".venv" / "bin" / "python"
    stale.parent.mkdir(parents=True)
    stale.symlink_to("/bin/false")
    python = f"PYTHON={sys.executable}"
    at = {**env, **index.env, **others}
    done = run_in(project, "make", ".venv/installed", python, env=at)

    must(done)
    said = done.stderr.splitlines()
    assert "uv could not install the packages. Trying pip, which takes longer." in said
    assert said[-1] == "pip installed the packages."
    assert not elsewhere.exists()
    site_packages = next((project / ".venv").glob("lib/python*/site-packages"))
    assert list(site_packages.glob("flask-*.dist-info"))


@needs_make
@pytest.mark.parametrize("folder", [".", "template"])
def test_make_refuses_an_old_python_in_one_sentence(
    folder: str, project: Path, tmp_path: Path, env: dict[str, str]
) -> None:
    old = tmp_path / "python3.9"
    pretend = "import sys; sys.version_info = (3, 9); exec(sys.argv[2])"
    old.write_text(f"#!/bin/sh\nexec '{sys.executable}' -c '{pretend}' \"$@\"\n")
    old.chmod(0o755)
    if folder == "template":
        shutil.copy(ROOT / "Makefile", project)
    # The one has it, the other has not: a first start.
    done = run_in(project, "make", "test", f"PYTHON={old}", env=env)

    assert done.returncode != 0
    wanted = "Python 3.11 or newer is needed: make test PYTHON=python3.12"
    assert done.stderr.splitlines()[0] == wanted, tail(done)
    assert not (project / ".venv").exists()


@needs_make
def test_make_lock_adds_what_is_new_and_moves_nothing_else(
    project: Path, index: Index, env: dict[str, str], app_python: Path
) -> None:
    def make(goal: str) -> None:
        installed = (f"BIN={app_python.parent}", "--assume-old", ".venv/installed")
        must(run_in(project, "make", goal, *installed, env={**env, **index.env}))

    locks = [project / DEV, project / "requirements.txt"]
    before = [pins(lock) for lock in locks]
    index.add("brand-new", "2.0")
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    new = text.replace('    "babel', '    "brand-new>=1",\n    "babel')
    assert new != text
    pyproject.write_text(new, encoding="utf-8")

    make("lock")
    assert [pins(lock) for lock in locks] == [
        {**pinned, "brand-new": "2.0"} for pinned in before
    ]

    make("upgrade")
    for lock, pinned in zip(locks, before, strict=True):
        moved = {name: newer(version) for name, version in pinned.items()}
        assert pins(lock) == {**moved, "brand-new": "2.0"}
