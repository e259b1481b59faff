"""`make app` bakes from a checkout, but never into it."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from .running import must
from .running import run_in
from .running import tail
from .template import ROOT
from .template import SLUG

pytestmark = pytest.mark.skipif(
    not (shutil.which("make") and (ROOT / ".venv" / "installed").exists()),
    reason="needs make, and the environment that make test builds",
)


LOCK = "requirements-dev.txt"


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
