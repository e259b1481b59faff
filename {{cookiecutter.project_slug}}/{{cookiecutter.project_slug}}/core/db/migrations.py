"""Migrate the database to the models' schema, and tell when migrations are missing."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, cast

from alembic.ddl.sqlite import SQLiteImpl
from alembic.operations import MigrationScript
from alembic.operations.batch import ApplyBatchImpl
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import Script
from alembic.util import CommandError
from flask import Flask
from flask_alembic import Alembic
from sqlalchemy import (
    Column,
    Connection,
    DefaultClause,
    Executable,
    False_,
    Table,
    True_,
    literal,
    select,
    table,
    text,
)

from ..environ import ConfigError
from . import Base, UTCDateTime, named_if_away

FOLDER = Path(__file__).parents[3] / "migrations"
# Each part of the account has its own branch next to this one.
BRANCH = "default"
Steps = Callable[[str | list[str] | tuple[str, ...], MigrationContext], list[MigrationStep]]


# Any number, as long as nothing else in the database asks for the same lock.
LOCK = 20_160_401
# Wait for other hosts without a timeout, and let statements run as long as they need. Only the
# wait for the lock of a table stays short: all other queries would queue up behind it.
TAKE_TURNS = (
    "SET lock_timeout = 0",
    "SET statement_timeout = 0",
    f"SELECT pg_advisory_lock({LOCK})",
    "RESET lock_timeout",
)


class Migrations(Alembic):
    """Migrate one host at a time; on SQLite without foreign keys, checked before the commit.

    SQLite changes a table by copying it and dropping the old one. With foreign
    keys on, dropping a parent table deletes every row that points to it.
    """

    def run_migrations(self, fn: Steps, **kwargs: Any) -> None:
        connection = self.migration_context.connection
        if connection is None or connection.dialect.name != "sqlite":
            with _alone(connection):
                super().run_migrations(fn, **kwargs)
            return

        def checked(*where: Any) -> Iterator[MigrationStep]:
            yield from fn(*where)
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("the migration would break foreign keys")

        # SQLite ignores the setting within a transaction, so it comes before one.
        connection.rollback()
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            super().run_migrations(checked, **kwargs)  # type: ignore[arg-type]
        finally:
            driver.execute("PRAGMA foreign_keys = ON")

    @property
    def migration_contexts(self) -> dict[str, MigrationContext]:
        """Return the contexts to migrate in; raise ConfigError for an unreachable database."""
        with named_if_away():
            return super().migration_contexts

    def current(self) -> tuple[Script, ...]:
        """Return the database's revisions; raise ConfigError if one is unknown."""
        try:
            with named_if_away():
                return super().current()
        except CommandError:
            problem = (
                "names a database with a migration that is not in migrations/. Put the file back. "
                "To leave a part of the account, downgrade first: see docs/recipes.md."
            )
            raise ConfigError("DATABASE_URL", problem) from None

    def downgrade(self, target: int | str | Script = -1) -> None:
        """Downgrade by a number of steps within the app's own branch, or to a revision."""
        steps = isinstance(target, int) or str(target).startswith("-")
        super().downgrade(f"{BRANCH}@{target}" if steps else target)

    def merge(self, revisions: Any = "heads", *named: Any, **more: Any) -> Script | None:
        """Merge heads of the app's own branch; those of the account's parts stay apart."""
        own = f"{BRANCH}@heads" if revisions == "heads" else revisions
        return super().merge(own, *named, **more)


@contextmanager
def _alone(connection: Connection | None) -> Iterator[None]:
    """Hold a lock, so that only one process migrates at a time."""
    if connection is None:
        yield
        return
    connection.rollback()
    for statement in TAKE_TURNS:
        connection.exec_driver_sql(statement)
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK})")
        connection.exec_driver_sql("RESET statement_timeout")
        connection.commit()


def render_item(kind: str, item: object, context: object) -> str | Literal[False]:
    """Render types and defaults in migrations so that they need neither this package nor SQLite."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, DefaultClause) and isinstance(item.arg, (False_, True_)):
        # On SQLite Alembic writes 0 or 1, which PostgreSQL refuses as the default of a boolean.
        return f"sa.{item.arg}()"
    return False


def refuse_impossible(
    context: MigrationContext, revision: object, scripts: list[MigrationScript]
) -> None:
    """Refuse to write a migration that adds a column without a value for existing rows."""
    for script in scripts:
        for upgrade in script.upgrade_ops_list:
            for kind, *details in upgrade.as_diffs():
                if kind == "add_column":
                    _schema, table_name, column = details
                    _check_column(table_name, column)


def _check_column(table_name: str, column: Column[Any]) -> None:
    """Raise CommandError for a new column that leaves rows without a value."""
    if column.nullable or column.server_default is not None:
        return
    raise CommandError(
        f"{table_name}.{column.name} may not be NULL, and existing rows would have no value: "
        'give it one in the database, such as mapped_column(server_default="0"). To rename a '
        "column instead, begin with flask db revision --empty."
    )


class CarefulSQLiteImpl(SQLiteImpl):
    """Keep AUTOINCREMENT, and the last id given, when a table is copied.

    Otherwise a new account could get the id of a deleted one. Alembic uses the class that was
    last defined for a dialect: this one, in place of its own.
    """

    __dialect__ = "sqlite"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._last_numbers: dict[str, int] = {}

    def add_column(self, table_name: str, column: Column[Any], **kwargs: Any) -> None:
        self._check(table_name, column)
        super().add_column(table_name, column, **kwargs)

    def prep_table_for_batch(self, batch_impl: ApplyBatchImpl, table: Table) -> None:
        super().prep_table_for_batch(batch_impl, table)
        copy = batch_impl.new_table
        if copy is None:
            return
        for column in copy.columns:
            # A column that is renamed keeps its key.
            if column.key not in table.columns:
                self._check(table.name, column)
        name = table.name
        made_by = self._scalar(text("SELECT sql FROM sqlite_master WHERE name = :name"), name=name)
        if "AUTOINCREMENT" not in str(made_by).upper():
            return
        copy.dialect_options["sqlite"]["autoincrement"] = True
        last = self._scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), name=name)
        self._last_numbers[copy.name] = last or 0

    def rename_table(self, old_table_name: str, new_table_name: str, schema: Any = None) -> None:
        super().rename_table(old_table_name, new_table_name, schema)
        last = self._last_numbers.pop(old_table_name, None)
        if last is None:
            return
        values = {"name": new_table_name, "seq": last}
        self._exec(text("DELETE FROM sqlite_sequence WHERE name = :name"), params=values)
        self._exec(text("INSERT INTO sqlite_sequence VALUES (:name, :seq)"), params=values)

    def compare_server_default(
        self, found: Column[Any], wanted: Column[Any], default: str | None, stored: str | None
    ) -> bool:
        # Alembic would forever see a difference in a text that is empty or holds a quote.
        if default is not None:
            quoted = "'{}'".format(default.replace("'", "''"))
            if stored in (quoted, f"({quoted})"):
                return False
        return super().compare_server_default(found, wanted, default, stored)

    def _check(self, table_name: str, column: Column[Any]) -> None:
        if self._scalar(select(literal(1)).select_from(table(table_name)).limit(1)):
            _check_column(table_name, column)

    def _scalar(self, statement: Executable, **values: object) -> Any:
        return cast(Connection, self.connection).scalar(statement, values)


# Its command is in cli/database.py.
alembic = Migrations(metadatas=Base.metadata, run_mkdir=False, command_name="")


def init_app(app: Flask) -> None:
    # Alembic keeps it in a ConfigParser, which would interpolate a single percent sign.
    location = str(FOLDER).replace("%", "%%")
    # By default Alembic splits the path at each colon, and silently finds no migration.
    app.config["ALEMBIC"] = {"script_location": location, "path_separator": "newline"}
    app.config["ALEMBIC_CONTEXT"] = {
        "transactional_ddl": True,
        "render_as_batch": True,
        "compare_type": True,
        "render_item": render_item,
        "process_revision_directives": refuse_impossible,
    }
    alembic.init_app(app)
    # Alembic logs the kind of database at each start: keep only the migrations that it runs.
    logging.getLogger("alembic.runtime.migration").addFilter(_is_about_a_step)


def _is_about_a_step(record: logging.LogRecord) -> bool:
    return record.levelno > logging.INFO or record.msg.startswith("Running")
