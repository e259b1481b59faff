"""Migrations build what the models describe, and lose no data."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Column, MetaData, Table, Text, create_engine, inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from my_flask_app.core.db import db
from my_flask_app.core.db.migrations import alembic

from ...core import test_migrations
from ...core.test_migrations import tables
from ...support.accounts import add_user
from ...support.http import EMAIL, Browser
from ...support.sql import rows, run_sql
from ..support.sql import add_step, copy_migrations

new_app = test_migrations.new_app


# SQLite changes a table by copying it and dropping the old one.
WIDEN_NAMES = """
with op.batch_alter_table("users") as users:
        users.alter_column("name", existing_type=sa.String(100), type_=sa.String(200))
"""
ADD_COLUMN = """
with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("probed", sa.Boolean(), nullable=False, server_default={}))
"""
NO_VALUE = """
op.add_column("users", sa.Column("probed", sa.Boolean(), nullable=False))
"""
NO_VALUE_FOR_A_COPY = """
with op.batch_alter_table("users", recreate="always") as users:
        users.add_column(sa.Column("probed", sa.Boolean(), nullable=False))
"""
RENAME = """
with op.batch_alter_table("notes") as notes:
        notes.alter_column("title", new_column_name="name")
"""
ORPHAN = (
    "INSERT INTO links (purpose, token_hash, email, user_id, created_at, ends_at)"
    " VALUES ('reset', 'x', 'x', 4711, '2026-01-01', '2026-01-01')"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return copy_migrations(tmp_path, monkeypatch)


@pytest.fixture
def peopled(folder: Path, new_app: Callable[[], Flask]) -> Flask:
    """Return an app with an account that has logged in, so that rows refer to it."""
    app = new_app()
    with app.app_context():
        alembic.upgrade()
    with app.app_context():
        add_user(EMAIL)
    Browser(app).login()
    assert rows(app, "SELECT id FROM events WHERE user_id IS NOT NULL")
    return app


def contents(app: Flask) -> dict[str, list[dict[str, object]]]:
    return {table: rows(app, f"SELECT * FROM {table}") for table in tables(app)}


def test_a_difference_between_them_becomes_a_migration_free_of_the_package(
    folder: Path, new_app: Callable[[], Flask]
) -> None:
    app = new_app()
    with app.app_context():
        alembic.upgrade()
    run_sql(app, "ALTER TABLE users DROP COLUMN disabled_at")
    with app.app_context():
        assert len(alembic.compare_metadata()) == 1
        alembic.revision("Lock again")
    (written,) = folder.glob("*lock_again.py")
    text = written.read_text()
    assert "sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True)" in text
    # Renaming the package or deleting a type must not break old migrations.
    assert "UTCDateTime" not in text


def test_a_required_column_without_a_default_is_refused(
    folder: Path, new_app: Callable[[], Flask]
) -> None:
    """It would work on the owner's empty database, and fail on the server."""
    app = new_app()
    with app.app_context():
        alembic.upgrade()
    run_sql(app, "ALTER TABLE users DROP COLUMN name")
    before = set(folder.iterdir())
    done = app.test_cli_runner().invoke(args=["db", "revision", "Call people"])
    assert done.exit_code == 1
    assert done.output.startswith("Error: users.name may not be NULL, and existing rows")
    assert 'mapped_column(server_default="0").' in done.output
    assert set(folder.iterdir()) == before


@pytest.mark.parametrize("step", [NO_VALUE, NO_VALUE_FOR_A_COPY])
def test_a_required_column_without_a_value_is_not_added_to_rows(
    folder: Path, peopled: Flask, new_app: Callable[[], Flask], step: str
) -> None:
    before = contents(peopled)
    add_step(peopled, folder, step)
    app = new_app()
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL refuses it by itself")
    done = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert done.exit_code == 1
    assert "Error: users.probed may not be NULL" in done.output
    assert "Traceback" not in done.output
    assert contents(peopled) == before


def test_a_migration_that_the_database_refuses_is_told_with_its_reason(
    folder: Path, peopled: Flask, new_app: Callable[[], Flask]
) -> None:
    """To say that migrations are missing would send the owner in a circle."""
    add_step(peopled, folder, '\nop.execute("SELECT no_such_column FROM users")\n')
    done = new_app().test_cli_runner().invoke(args=["db", "upgrade"])
    assert done.exit_code == 1
    assert "Error: The database refused a migration (" in done.output
    assert "no_such_column" in done.output
    assert "flask db upgrade" not in done.output


@pytest.mark.parametrize(
    "step", [WIDEN_NAMES, ADD_COLUMN.format("sa.false()"), ADD_COLUMN.format("'0'")]
)
@pytest.mark.parametrize("users_remain", [True, False])
def test_a_table_that_was_changed_gives_no_number_twice(
    folder: Path, peopled: Flask, new_app: Callable[[], Flask], step: str, users_remain: bool
) -> None:
    """A new account must not reuse the id of an old one."""
    with peopled.app_context():
        add_user("bob@example.com")
    given = {row["id"] for row in rows(peopled, "SELECT id FROM users")}
    run_sql(peopled, "DELETE FROM users WHERE name <> ''" + " AND id > 1" * users_remain)
    add_step(peopled, folder, step)
    app = new_app()
    with app.app_context():
        alembic.upgrade()
    with app.app_context():
        add_user("eve@example.com")
    (new,) = rows(app, "SELECT id FROM users WHERE email = 'eve@example.com'")
    assert new["id"] not in given, "users has lost AUTOINCREMENT"


def test_changing_a_table_keeps_the_rows_that_point_to_it(
    folder: Path, peopled: Flask, new_app: Callable[[], Flask]
) -> None:
    before = contents(peopled)
    add_step(peopled, folder, WIDEN_NAMES)
    app = new_app()
    with app.app_context():
        assert alembic.needs_upgrade()
        alembic.upgrade()
        assert not alembic.needs_upgrade()
    with app.app_context():
        columns = {
            column["name"]: str(column["type"])
            for column in inspect(db.engine).get_columns("users")
        }
    assert columns["name"] == "VARCHAR(200)"
    assert contents(app) == before


def test_renaming_a_required_column_keeps_its_values(
    folder: Path, peopled: Flask, new_app: Callable[[], Flask]
) -> None:
    run_sql(peopled, "CREATE TABLE notes (id INTEGER PRIMARY KEY, title VARCHAR(9) NOT NULL)")
    run_sql(peopled, "INSERT INTO notes VALUES (1, 'Milk')")
    add_step(peopled, folder, RENAME)
    app = new_app()
    with app.app_context():
        alembic.upgrade()
    assert rows(app, "SELECT name FROM notes") == [{"name": "Milk"}]
    run_sql(app, "DROP TABLE notes")


def test_a_migration_that_would_break_foreign_keys_is_undone(
    folder: Path, peopled: Flask, new_app: Callable[[], Flask]
) -> None:
    before = contents(peopled)
    add_step(peopled, folder, f"op.execute({ORPHAN!r})")
    app = new_app()
    with app.app_context(), pytest.raises((RuntimeError, IntegrityError), match="foreign key"):
        alembic.upgrade()
    with app.app_context():
        assert alembic.needs_upgrade()
    assert contents(app) == before


def test_foreign_keys_are_at_work_after_a_migration(peopled: Flask) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        run_sql(peopled, ORPHAN)
    run_sql(peopled, "DELETE FROM users")
    assert not rows(peopled, "SELECT id FROM events WHERE user_id IS NOT NULL")


def test_a_revision_before_the_upgrade_is_told_in_a_sentence(new_app: Callable[[], Flask]) -> None:
    done = new_app().test_cli_runner().invoke(args=["db", "revision", "Too early"])
    lacking = "DATABASE_URL names a database that lacks migrations. Run `flask db upgrade`."
    assert (done.exit_code, done.output) == (1, f"Error: {lacking}\n")


@pytest.mark.parametrize("default", ["", "it's", "(x)", "''", "user"])
def test_a_text_that_is_the_default_of_a_column_is_no_difference(default: str) -> None:
    """Alembic alone would write another migration for ever, and keep the suite red."""
    wanted, other = MetaData(), MetaData()
    Table("mottos", wanted, Column("text", Text, server_default=default))
    Table("mottos", other, Column("text", Text, server_default=f"{default}!"))
    with create_engine("sqlite://", poolclass=NullPool).connect() as connection:
        wanted.create_all(connection)
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, wanted) == []
        assert compare_metadata(context, other)
