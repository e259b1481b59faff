"""Read the tables, watch the statements that run, or break the database."""

import os
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import create_engine, event, make_url, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from {{ cookiecutter.project_slug }}.core.db import Base, db
from {{ cookiecutter.project_slug }}.core.db.migrations import alembic
from {{ cookiecutter.project_slug }}.core.environ import Environ
from {{ cookiecutter.project_slug }}.models import User

R = TypeVar("R")


def leave_undone(email: str) -> None:
    """Write a row as a view could, without commit or rollback."""
    db.session.add(User(email=email, name="Undone", language="en", password_hash=""))
    db.session.flush()


def meanwhile(work: Callable[[], R]) -> R:
    """Run `work` in the middle of a request, in another thread.

    In the same thread, an inner request would share the context of the outer one.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


def rows(app: Flask, statement: str, **values: object) -> list[dict[str, Any]]:
    """Return the rows that plain SQL finds: the committed ones, as other programs see them."""
    with app.app_context():
        engine = db.engine.execution_options(sqlite_begin="DEFERRED")
        with engine.connect() as connection:
            found = connection.execute(text(statement), values)
            return [dict(row) for row in found.mappings()]


def run_sql(app: Flask, statement: str, **values: object) -> None:
    """Change the tables by plain SQL, on a separate connection."""
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text(statement), values)


def everything_stored(app: Flask) -> bytes:
    """Return every column of every row as one text."""
    with app.app_context(), db.engine.connect() as connection:
        found = [
            value if isinstance(value, bytes) else str(value).encode()
            for table in Base.metadata.tables.values()
            for row in connection.execute(select(table))
            for value in row
        ]
    return b"\n".join(found)


def branches(app: Flask) -> list[set[str]]:
    """Return the labels of each head."""
    with app.app_context():
        return [set(head.branch_labels) for head in alembic.heads()]


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect the SQL that runs in the block."""
    seen: list[str] = []
    with _before_each(app, seen.append):
        yield seen


@contextmanager
def broken_database(
    app: Flask, containing: str = "", kind: type[DBAPIError] = OperationalError
) -> Iterator[None]:
    """Fail every statement that contains a text, as a lost database does."""

    def fail(statement: str) -> None:
        if containing in statement:
            raise kind(statement, {}, Exception("the database is away"))

    with _before_each(app, fail):
        yield


@contextmanager
def connections(app: Flask) -> Iterator[list[int]]:
    """Count the connections in use at each checkout from the pool."""
    with app.app_context():
        engine = db.engine
    in_use: list[int] = []

    def count(*connection: object) -> None:
        assert isinstance(engine.pool, QueuePool)
        in_use.append(engine.pool.checkedout())

    event.listen(engine, "checkout", count)
    try:
        yield in_use
    finally:
        event.remove(engine, "checkout", count)


def selects(seen: list[str]) -> list[str]:
    return [statement for statement in seen if statement.startswith("SELECT")]


@contextmanager
def _before_each(app: Flask, call: Callable[[str], None]) -> Iterator[None]:
    def before(connection: object, cursor: object, statement: str, *more: object) -> None:
        call(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", before)


@contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """Return the URL of an empty database: a schema in PostgreSQL, or a file of SQLite.

    Nothing else in the database of DATABASE_URL is read or written.
    """
    given = make_url(Environ(os.environ).database_url())
    if given.drivername == "sqlite":
        yield f"sqlite:///{folder / 'test.sqlite'}"
        return
    schema = f"test_{secrets.token_hex(8)}"
    server = create_engine(given, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        own = given.update_query_dict({"options": f"-csearch_path={schema}"}, append=True)
        yield own.render_as_string(hide_password=False)
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    server.dispose()


def empty_tables(app: Flask) -> None:
    """Delete all rows, in whatever order: tables of yours may refer to each other."""
    deletes = [f'DELETE FROM "{name}"' for name in Base.metadata.tables]
    with app.app_context(), closing(db.engine.raw_connection()) as connection:
        if db.engine.dialect.name == "sqlite":
            # In one call, since every test waits for it.
            script = ["BEGIN IMMEDIATE", "PRAGMA defer_foreign_keys = ON", *deletes, "COMMIT"]
            connection.cursor().executescript("; ".join(script))
            return
        # PostgreSQL checks foreign keys at the end of a statement.
        steps = ", ".join(f"step{number} AS ({delete})" for number, delete in enumerate(deletes))
        connection.cursor().execute(f"WITH {steps} SELECT 1")
        connection.commit()
