"""`make app` bakes from a checkout, but never into it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..support.locking import blocks
from ..support.running import must
from ..support.running import run_in
from ..support.running import tail
from ..support.template import ROOT
from ..support.template import SLUG

pytestmark = pytest.mark.skipif(
    not (shutil.which("make") and (ROOT / ".venv" / "installed").exists()),
    reason="needs make, and the environment that make test builds",
)


LOCK = "requirements-dev.txt"
PRETEND = """\
#!/bin/sh
echo "$@" >> log
if [ "$1 $2" = "-m venv" ]; then
    rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python
fi
"""


def make_app(
    out: Path | str, env: dict[str, str], *arguments: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    return run_in(ROOT, "make", "app", f"OUT={out}", *arguments, env=env, stdin=stdin)


def test_it_asks_and_bakes_into_another_folder(
    tmp_path: Path, env: dict[str, str]
) -> None:
    said = must(make_app(tmp_path, env, stdin="Our Shop\n" + "\n" * 8))

    assert (tmp_path / "our_shop" / "our_shop" / "config.py").is_file()
    assert f"cd {shlex.quote(str(tmp_path / 'our_shop'))} && make run" in said


def test_it_hands_on_answers(tmp_path: Path, env: dict[str, str]) -> None:
    must(make_app(tmp_path, env, "ARGS=--no-input auth=cookie project_slug=shop"))

    assert (tmp_path / "shop" / "shop" / "config.py").is_file()


@pytest.mark.parametrize(
    "out", [".", "tests", "../" + ROOT.name, "new", ROOT / "hooks"]
)
def test_it_refuses_a_folder_of_this_repository(
    out: Path | str, env: dict[str, str]
) -> None:
    before = sorted(ROOT.iterdir())
    done = make_app(out, env, "ARGS=--no-input")

    assert done.returncode != 0, tail(done)
    assert "OUT must lie outside this repository" in done.stderr
    assert sorted(ROOT.iterdir()) == before


def test_it_refuses_a_folder_in_none(tmp_path: Path, env: dict[str, str]) -> None:
    """Before it installs anything."""
    out = tmp_path / "missing" / "projects"
    done = make_app(out, env, "ARGS=--no-input", "PYTHON=none", "--assume-new", LOCK)

    assert done.returncode != 0, tail(done)
    assert done.stderr.startswith("OUT must name a folder, or a new one in a folder: ")
    assert list(tmp_path.iterdir()) == []


def test_it_makes_the_folder_that_the_project_goes_into(
    tmp_path: Path, env: dict[str, str]
) -> None:
    must(make_app(tmp_path / "projects", env, "ARGS=--no-input"))

    assert (tmp_path / "projects" / SLUG / "wsgi.py").is_file()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a Makefile, its lists, and a Python that only notes what it is told."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for name in ("Makefile", LOCK, "requirements.txt"):
        shutil.copy(ROOT / name, folder)
    python = folder / "python3"
    python.write_text(PRETEND)
    python.chmod(0o755)
    return folder


def pretend(clone: Path, env: dict[str, str], goal: str) -> list[str]:
    """Return what make had Python do."""
    log = clone / "log"
    log.write_text("")
    python = f"PYTHON={clone / 'python3'}"
    must(run_in(clone, "make", goal, f"OUT={clone.parent}", python, env=env))
    return log.read_text().splitlines()


def test_it_installs_cookiecutter_alone_and_the_tests_bring_the_rest(
    clone: Path, env: dict[str, str]
) -> None:
    first = pretend(clone, env, "app")
    assert any(line.endswith(" --requirement requirements.txt") for line in first)
    assert not any(LOCK in line for line in first)

    then = pretend(clone, env, "test")
    assert any(line.endswith(f" --requirement {LOCK}") for line in then)
    assert not any(line.startswith("-m venv") for line in then)


def test_it_installs_nothing_after_the_tests(clone: Path, env: dict[str, str]) -> None:
    assert any(LOCK in line for line in pretend(clone, env, "test"))

    (bake,) = pretend(clone, env, "app")
    assert bake.startswith("-m cookiecutter . ")


def test_it_keeps_what_the_tests_installed_when_cookiecutter_alone_is_new(
    clone: Path, env: dict[str, str]
) -> None:
    pretend(clone, env, "test")
    os.utime(clone / ".venv" / "cookiecutter", (0, 0))

    install, _ = pretend(clone, env, "app")
    assert install.endswith(" --requirement requirements.txt")
    assert (clone / ".venv" / "installed").exists()


def test_it_installs_the_versions_that_the_tests_run_with() -> None:
    """All that cookiecutter needs, by the same hashes."""
    ours, whole = (
        (ROOT / name).read_text(encoding="ascii") for name in ("requirements.txt", LOCK)
    )
    plain = {re.sub(r"(?m)^ +#.*\n", "", block) for block in blocks(whole)}
    pinned = {block.partition("==")[0] for block in blocks(ours)}

    assert set(blocks(ours)) <= plain
    assert needed_by("cookiecutter") <= pinned


def needed_by(name: str) -> set[str]:
    """Return a package and what it needs here, directly or not."""
    found: set[str] = set()
    waiting = {name}
    while waiting:
        one = waiting.pop()
        found.add(one)
        wanted = map(Requirement, requires(one) or [])
        waiting |= {
            canonicalize_name(need.name)
            for need in wanted
            if need.marker is None or need.marker.evaluate({"extra": ""})
        } - found
    return found
