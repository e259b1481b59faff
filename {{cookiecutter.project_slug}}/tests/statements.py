"""Watch the database being asked, or break it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from {{ cookiecutter.project_slug }}.core.db import db


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect the SQL that is run within."""
    seen: list[str] = []
    with _before_each(app, seen.append):
        yield seen


@contextmanager
def broken_database(
    app: Flask, containing: str = "", kind: type[DBAPIError] = OperationalError
) -> Iterator[None]:
    """Fail every statement that contains a text, as a database that is away does."""

    def fail(statement: str) -> None:
        if containing in statement:
            raise kind(statement, {}, Exception("the database is away"))

    with _before_each(app, fail):
        yield


@contextmanager
def connections(app: Flask) -> Iterator[list[int]]:
    """Note how many connections are in use, each time that one is taken."""
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
