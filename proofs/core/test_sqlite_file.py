"""The app prepares the SQLite file before SQLite opens it."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, event

from my_flask_app.core.db import sqlite
from my_flask_app.core.environ import ConfigError

from ...conftest import MakeApp

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps locks by handle")
# A program may leave WAL mode only if no other one has the file open.
LEAVE_THE_LOG = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=0) as connection:
    print(*connection.execute("PRAGMA journal_mode = DELETE").fetchone())
"""


def leave_the_log(file: Path) -> bool:
    """Try to leave WAL mode as another program; tell whether SQLite allows it."""
    command = [sys.executable, "-c", LEAVE_THE_LOG, str(file)]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    assert done.stdout == "delete\n" or "database is locked" in done.stderr
    return done.returncode == 0


@posix
def test_another_connection_drops_no_lock_of_those_before(tmp_path: Path) -> None:
    file = tmp_path / "app.sqlite"
    engine = create_engine(f"sqlite:///{file}")
    sqlite.set_up(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE made (id INTEGER)")
        connection.commit()
        with engine.connect():
            assert not leave_the_log(file)
    engine.dispose()
    assert leave_the_log(file)


def test_deleted_data_cannot_be_read_from_the_file(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'app.sqlite'}")

    @event.listens_for(engine, "connect")
    def as_some_are_built(connection: sqlite3.Connection, record: object) -> None:
        connection.execute("PRAGMA secure_delete = OFF")

    sqlite.set_up(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
    engine.dispose()


def test_a_sqlite_that_is_too_old_is_refused(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'app.sqlite'}"
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.34.1")
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(ConfigError, match=r"which is 3\.34\.1 here: 3\.35 or newer"):
        make_app(database_url=url)
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 35, 0))
    assert isinstance(make_app(database_url=url), Flask)


def forbidden(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a path unwritable even for root, whom no file mode stops."""
    access = os.access
    monkeypatch.setattr(os, "access", lambda tried, mode: tried != path and access(tried, mode))


@posix
@pytest.mark.parametrize("name", ["", "app.sqlite", "app.sqlite-wal", "app.sqlite-shm"])
def test_a_file_of_another_system_user_is_reported_with_the_cure(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It belongs to root after `sudo flask db upgrade`, or in a container's volume."""
    (tmp_path / name).touch()
    forbidden(tmp_path / name, monkeypatch)
    with pytest.raises(ConfigError) as error:
        make_app(database_url=f"sqlite:///{tmp_path / 'app.sqlite'}")
    user = os.geteuid()
    told = f"{tmp_path / name}, to which user {user} may not write: run `chown {user}` on it."
    assert str(error.value) == f"DATABASE_URL needs {told}"


@posix
def test_a_missing_folder_is_reported(make_app: MakeApp, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"needs the folder {tmp_path}/no, which user"):
        make_app(database_url=f"sqlite:///{tmp_path}/no/app.sqlite")
