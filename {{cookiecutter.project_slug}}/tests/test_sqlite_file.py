"""What the app does with the file of SQLite before SQLite itself opens it."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from {{ cookiecutter.project_slug }}.sqlite import set_up_sqlite

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps locks by handle")
# Nobody may leave the write-ahead log behind who is not alone with the file.
LEAVE_THE_LOG = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=0) as connection:
    print(*connection.execute("PRAGMA journal_mode = DELETE").fetchone())
"""


def leave_the_log(file: Path) -> bool:
    """Try it as another program does; tell whether SQLite let it."""
    command = [sys.executable, "-c", LEAVE_THE_LOG, str(file)]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    assert done.stdout == "delete\n" or "database is locked" in done.stderr
    return done.returncode == 0


@posix
def test_another_connection_drops_no_lock_of_those_before(tmp_path: Path) -> None:
    file = tmp_path / "app.sqlite"
    engine = create_engine(f"sqlite:///{file}")
    set_up_sqlite(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE made (id INTEGER)")
        connection.commit()
        with engine.connect():
            assert not leave_the_log(file)
    engine.dispose()
    assert leave_the_log(file)
