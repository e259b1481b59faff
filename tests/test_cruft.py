"""A project keeps up with its template by cruft: no conflict, and the same key."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from .running import must
from .running import run_in
from .template import AUTHS
from .template import PROJECT
from .template import ROOT
from .template import SLUG

NOT_PART = shutil.ignore_patterns(".git", ".venv", ".cache", "__pycache__", ".*_cache")
NOTICE = "# A line that the template gained.\n"


@pytest.fixture
def template(tmp_path: Path, env: dict[str, str]) -> Path:
    """Return a git repository that holds this template."""
    copy = tmp_path / "template"
    shutil.copytree(ROOT, copy, ignore=NOT_PART)
    must(run_in(copy, "git", "init", "--quiet", "--initial-branch=main", env=env))
    commit(copy, env)
    return copy


@pytest.mark.parametrize("auth", AUTHS)
def test_an_update_arrives_and_the_key_stays(
    auth: str, template: Path, tmp_path: Path, env: dict[str, str]
) -> None:
    create = ["--no-input", "--extra-context", f'{{"auth": "{auth}"}}']
    cruft(tmp_path, env, "create", str(template), *create)
    project = tmp_path / SLUG
    must(run_in(project, "git", "init", "--quiet", env=env))
    commit(project, env)
    key = (project / ".env").read_bytes()

    assert difference(project, env) == ""

    changed = [
        Path(SLUG, "config.py"),
        Path(SLUG, "auth", "sessions.py"),
        Path("README.md"),
    ]
    prepend(template / PROJECT.name / PROJECT.name / "config.py")
    prepend(template / PROJECT.name / "variants/language/en/README.md")
    overlay = template / PROJECT.name / "variants/auth" / auth
    prepend(overlay / PROJECT.name / "auth/sessions.py")
    commit(template, env)
    cruft(project, env, "update", "--skip-apply-ask")

    for path in changed:
        assert (project / path).read_text(encoding="utf-8").startswith(NOTICE)
    assert (project / ".env").read_bytes() == key
    assert list(project.rglob("*.rej")) == []
    assert list(project.rglob("*.orig")) == []
    marked = run_in(project, "git", "grep", "-lE", "^(<<<<<<<|>>>>>>>) ", env=env)
    assert marked.stdout == ""
    assert difference(project, env) == ""


@pytest.mark.parametrize("auth", AUTHS)
def test_what_cruft_keeps_holds_no_key(
    auth: str, template: Path, tmp_path: Path, env: dict[str, str]
) -> None:
    create = ["--no-input", "--extra-context", f'{{"auth": "{auth}"}}']
    cruft(tmp_path, env, "create", str(template), *create)
    project = tmp_path / SLUG
    key = (project / ".env").read_text().split("SECRET_KEY=")[1].strip()

    kept = (project / ".cruft.json").read_text(encoding="utf-8")
    assert f'"auth": "{auth}"' in kept
    assert key not in kept


def cruft(folder: Path, env: dict[str, str], *arguments: str) -> str:
    return must(run_in(folder, sys.executable, "-m", "cruft", *arguments, env=env))


def difference(project: Path, env: dict[str, str]) -> str:
    """Return what `cruft diff` shows, without what the hooks say while it bakes."""
    said = cruft(project, env, "diff")
    return said[said.index("\ndiff --git") :] if "\ndiff --git" in said else ""


def commit(repository: Path, env: dict[str, str]) -> None:
    must(run_in(repository, "git", "add", "--all", env=env))
    must(run_in(repository, "git", "commit", "--quiet", "-m", "Change", env=env))


def prepend(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(NOTICE + text, encoding="utf-8", newline="\n")
