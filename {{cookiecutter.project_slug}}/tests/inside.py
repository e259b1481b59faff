"""Reach behind the pages: the package's own names, its tables, pages for one test alone.

Tests that come with one kind of session import this and their neighbours, no more.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import Flask, session
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, create_engine, select, text

from {{ cookiecutter.project_slug }}.auth import passwords, sessions
from {{ cookiecutter.project_slug }}.auth.guards import login_not_required, signed_in_user
from {{ cookiecutter.project_slug }}.core.db import Base, db
from {{ cookiecutter.project_slug }}.models import User

__all__ = ["db", "passwords", "sessions", "signed_in_user"]

R = TypeVar("R")
View = Callable[[], ResponseReturnValue]


def page(app: Flask, *, public: bool = False) -> Callable[[View], View]:
    """Add a page, at its function's name, to an app that has served nothing yet."""

    def add(view: View) -> View:
        shown = login_not_required(view) if public else view
        app.add_url_rule(f"/{view.__name__}", view_func=shown, methods=["GET", "POST"])
        return view

    return add


def keep_words(app: Flask) -> None:
    """Add a page that keeps a word in the session, and one that shows it."""

    @page(app, public=True)
    def keep() -> ResponseReturnValue:
        session["word"] = "green"
        return ""

    @page(app, public=True)
    def look() -> ResponseReturnValue:
        return str(session.get("word"))


def leave_undone(email: str) -> None:
    """Write a row as a view might, and neither commit it nor take it back."""
    db.session.add(User(email=email, name="Undone", language="en", password_hash=""))
    db.session.flush()


def meanwhile(work: Callable[[], R]) -> R:
    """Do something in the middle of a request, sharing nothing with it.

    A request made within another one, in the same thread, would share its context.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


def rows(app: Flask, statement: str, **values: object) -> list[dict[str, Any]]:
    """Return what plain SQL finds: what is committed, as other programs see it."""
    with app.app_context():
        engine = db.engine.execution_options(sqlite_begin="DEFERRED")
        with engine.connect() as connection:
            found = connection.execute(text(statement), values)
            return [dict(row) for row in found.mappings()]


def run_sql(app: Flask, statement: str, **values: object) -> None:
    """Change the tables by plain SQL, on a connection of its own."""
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text(statement), values)


def everything_stored(app: Flask) -> bytes:
    """Return every column of every row, end to end."""
    with app.app_context(), db.engine.connect() as connection:
        found = [
            value if isinstance(value, bytes) else str(value).encode()
            for table in Base.metadata.sorted_tables
            for row in connection.execute(select(table))
            for value in row
        ]
    return b"\n".join(found)


def until_it_waits(work: Future[R], holder: Connection) -> None:
    """Return once some work waits for a lock of the holder's, or is done (PostgreSQL)."""
    pid = holder.scalar(text("SELECT pg_backend_pid()"))
    blocked = text("SELECT count(*) FROM pg_stat_activity WHERE :pid = ANY(pg_blocking_pids(pid))")
    with db.engine.connect() as connection:
        while not work.done() and not connection.scalar(blocked, {"pid": pid}):
            connection.rollback()


@contextmanager
def other_writer(app: Flask, statement: str) -> Iterator[Connection]:
    """Hold the locks of a write that another program has begun and not yet ended."""
    engine = create_engine(app.config["SQLALCHEMY_ENGINES"]["default"]["url"])
    with engine.connect() as connection:
        connection.execute(text(statement))
        yield connection
    engine.dispose()
