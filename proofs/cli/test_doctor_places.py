"""`flask doctor` checks the real files, the real repository and the real database."""

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from my_flask_app.config import Settings

from ...support.cli import a_project, diagnose
from ...support.settings import run_flask

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")


@pytest.fixture
def folder(served: Flask, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    with a_project(settings, tmp_path):
        yield tmp_path


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
    assert line.startswith("unsafe: DATABASE_URL names a database that does not respond. ")


@pytest.mark.parametrize(("name", "platform"), [("DYNO", "Heroku"), ("K_SERVICE", "Cloud Run")])
def test_sqlite_is_unsafe_where_no_file_lasts(folder: Path, name: str, platform: str) -> None:
    where = {"DATABASE_URL": f"sqlite:///{folder}/app.sqlite", name: "1"}
    run_flask(folder, "db", "upgrade", **where)
    line = f"unsafe: DATABASE_URL is SQLite, whose file {platform} does not keep: use PostgreSQL."
    assert diagnose(folder) == (1, [line])


def test_a_sqlite_that_is_too_old_is_unsafe(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    status, (line,) = diagnose(folder, DATABASE_URL=f"sqlite:///{folder}/app.sqlite")
    assert status == 1
    assert "3.35 or newer" in line


@posix
def test_a_new_database_is_its_owners_alone(folder: Path) -> None:
    file = folder / "new.sqlite"
    run_flask(folder, "db", "upgrade", DATABASE_URL=f"sqlite:///{file}")
    assert file.stat().st_mode & 0o777 == 0o600


def test_doctor_works_without_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert diagnose(folder) == (0, [])
