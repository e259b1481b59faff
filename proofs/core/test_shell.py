"""An open shell blocks no writer; commands take the write lock at once."""

from pathlib import Path

import pytest
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import text

from my_flask_app.config import Settings
from my_flask_app.core.db import db

from ...conftest import MakeApp
from ...support.settings import fit_to_serve, run_flask
from ...support.sql import statements

# The owner types this; then another program writes.
TYPED = """
print("found", db.session.scalar(text("SELECT name FROM users")))
import sqlite3
with sqlite3.connect({file!r}, timeout=0) as other:
    print("changed", other.execute("UPDATE users SET name = 'Bob'").rowcount)

"""


def test_an_open_shell_that_has_read_blocks_no_writer(
    settings: Settings, app: Flask, user: str, tmp_path: Path
) -> None:
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("on PostgreSQL nobody waits for others to write")
        file = str(db.engine.url.database)
    typed = "from sqlalchemy import text\n" + TYPED.format(file=file)
    with fit_to_serve(settings, tmp_path):
        done, _ = run_flask(tmp_path, "shell", typed=typed)
    assert "found Ana" in done.output
    assert "changed 1" in done.output, done.output


def test_any_other_command_takes_the_lock_before_it_reads(make_app: MakeApp, user: str) -> None:
    """A command that reads first and writes later would fail after another write in between."""
    app = make_app()
    group = AppGroup("yours")

    @group.command()
    def look() -> None:
        with statements(app) as run:
            db.session.scalar(text("SELECT 1"))
        print(*run)

    app.cli.add_command(group)
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("only SQLite begins by a statement of ours")
    done = app.test_cli_runner().invoke(args=["yours", "look"])
    assert done.output.startswith("BEGIN IMMEDIATE")
