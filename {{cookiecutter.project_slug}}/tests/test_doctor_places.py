"""`flask doctor` looks at the files, the repository and the database that are really there."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.cli import doctor
from {{ cookiecutter.project_slug }}.config import Settings

from .conftest import KEY
from .diagnosing import a_project, diagnose
from .starting import run_flask

OTHER_KEY = KEY[::-1]
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
needs_git = pytest.mark.skipif(which("git") is None, reason="needs git")


def takes_safe_directories() -> bool:
    said = subprocess.run(["git", "version"], capture_output=True, text=True).stdout  # noqa: S607
    return [int(number) for number in re.findall("[0-9]+", said)[:2]] >= [2, 38]


@pytest.fixture
def folder(served: Flask, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    with a_project(settings, tmp_path):
        yield tmp_path


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607


def test_a_database_that_lacks_migrations_is_unsafe(folder: Path) -> None:
    file = folder / "empty.sqlite"
    where = {"DATABASE_URL": f"sqlite:///{file}"}
    missing = "unsafe: DATABASE_URL names a missing file. Run `flask db upgrade`."
    assert diagnose(folder, **where) == (1, [missing])
    assert not file.exists(), "to look is not to make"
    file.touch(0o600)
    pending = "unsafe: DATABASE_URL names a database that lacks migrations. Run `flask db upgrade`."
    assert diagnose(folder, **where) == (1, [pending])
    run_flask(folder, "db", "upgrade")
    assert diagnose(folder, **where) == (0, [])


@pytest.mark.parametrize("url", ["sqlite:///{folder}", "postgresql://me@127.0.0.1:1/app"])
def test_a_database_that_does_not_answer_is_unsafe(folder: Path, url: str) -> None:
    status, (line,) = diagnose(folder, DATABASE_URL=url.format(folder=folder))
    assert status == 1
    assert line.startswith("unsafe: DATABASE_URL names a database that does not answer. ")


@pytest.mark.parametrize(("name", "platform"), [("DYNO", "Heroku"), ("K_SERVICE", "Cloud Run")])
def test_sqlite_is_unsafe_where_no_file_lasts(folder: Path, name: str, platform: str) -> None:
    where = {"DATABASE_URL": f"sqlite:///{folder}/app.sqlite", name: "1"}
    run_flask(folder, "db", "upgrade", **where)
    line = f"unsafe: DATABASE_URL is SQLite, whose file {platform} does not keep: take PostgreSQL."
    assert diagnose(folder) == (1, [line])


@posix
@pytest.mark.parametrize(
    ("mode", "safe"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False)]
)
def test_what_others_can_read_is_unsafe(folder: Path, mode: int, safe: bool) -> None:
    where = {"DATABASE_URL": f"sqlite:///{folder}/app.sqlite"}
    run_flask(folder, "db", "upgrade", **where)
    (folder / ".env").touch()
    for name in (".env", "app.sqlite"):
        (folder / name).chmod(mode)
    lines = diagnose(folder)[1]
    names = [line.split()[1] for line in lines if "chmod go=" in line]
    assert names == ([] if safe else ["DATABASE_URL", ".env"])


@posix
def test_a_new_database_is_its_owners_alone(folder: Path) -> None:
    file = folder / "new.sqlite"
    run_flask(folder, "db", "upgrade", DATABASE_URL=f"sqlite:///{file}")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_key_that_comes_with_the_code_is_unsafe(folder: Path) -> None:
    (folder / ".env.example").write_text(f"SECRET_KEY={KEY}\n")
    line = "unsafe: SECRET_KEY stands in .env.example. Set a new one, without fallbacks."
    assert diagnose(folder) == (1, [line])
    # It is not enough to sign with another one.
    known = {"SECRET_KEY": OTHER_KEY, "SECRET_KEY_FALLBACKS": KEY}
    assert diagnose(folder, **known) == (1, [line])
    assert diagnose(folder, SECRET_KEY_FALLBACKS="") == (0, [])


@needs_git
def test_a_key_that_git_keeps_is_unsafe(folder: Path) -> None:
    (folder / "compose.yaml").write_text(f"SECRET_KEY: {KEY}\n")
    (folder / ".env").touch(0o600)
    git(folder, "init", "--quiet")
    assert diagnose(folder) == (0, [])
    git(folder, "add", "compose.yaml", ".env")
    assert diagnose(folder)[1] == [
        "unsafe: SECRET_KEY stands in compose.yaml. Set a new one, without fallbacks.",
        "unsafe: .env is kept by git. Run `git rm --cached .env`, and change what it holds.",
    ]


@needs_git
def test_a_folder_of_somebody_elses_is_looked_at_as_well(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not takes_safe_directories():
        pytest.skip("git before 2.38 takes no safe.directory from its command line")
    release, current = tmp_path / "release", tmp_path / "current"
    release.mkdir()
    current.symlink_to(release)
    (release / ".env").touch(0o600)
    git(release, "init", "--quiet")
    git(release, "add", ".env")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    # Whoever runs these tests may have told git that all folders are theirs.
    for where in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(where, os.devnull)
    for root in (release, current):
        assert [found.variable for found in doctor.versioned(settings, root)] == [".env"]


def test_it_does_without_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert diagnose(folder) == (0, [])
