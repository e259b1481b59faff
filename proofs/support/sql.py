"""Write migrations into a copy of the folder, and read the revision of a database."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, text

from my_flask_app.auth import accounts
from my_flask_app.core.db import db, migrations
from my_flask_app.core.db.migrations import alembic
from my_flask_app.models import User

from ...support.http import EMAIL
from ...support.sql import R, rows, run_sql

REVISION = '''"""Try something."""

import sqlalchemy as sa
from alembic import op

revision = {name!r}
down_revision = {head!r}
branch_labels = {labels!r}
depends_on = {needed!r}


def upgrade() -> None:
    {step}


def downgrade() -> None:
    pass
'''


@contextmanager
def kept_by_a_table(app: Flask, email: str) -> Iterator[None]:
    """Let the row of another table forbid to delete an account."""
    made = "CREATE TABLE kept (user_id BIGINT NOT NULL REFERENCES users (id))"
    run_sql(app, made)
    try:
        run_sql(app, "INSERT INTO kept SELECT id FROM users WHERE email = :email", email=email)
        yield
    finally:
        run_sql(app, "DROP TABLE kept")


def until_it_waits(work: Future[R], holder: Connection) -> None:
    """Return when the work waits for the holder's lock, or is done (PostgreSQL)."""
    pid = holder.scalar(text("SELECT pg_backend_pid()"))
    blocked = text("SELECT count(*) FROM pg_stat_activity WHERE :pid = ANY(pg_blocking_pids(pid))")
    with db.engine.connect() as connection:
        while not work.done() and not connection.scalar(blocked, {"pid": pid}):
            connection.rollback()


def overtaken_at_its_account(
    app: Flask, send: Callable[[], R], change: Callable[[User], object]
) -> R:
    """Change an account while a request waits for its lock; return what the request returns.

    All lock the account's row first; another order can deadlock.
    """
    with ThreadPoolExecutor(1) as thread, app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("SQLite has one writer: nobody holds one row and waits for another")
        owner = accounts.find(EMAIL)
        assert owner is not None
        accounts.lock(owner.id)
        answer = thread.submit(send)
        until_it_waits(answer, db.session.connection())
        change(owner)
        db.session.commit()
        return answer.result()


@contextmanager
def other_writer(app: Flask, statement: str) -> Iterator[Connection]:
    """Hold the locks of another program's unfinished write."""
    engine = create_engine(app.config["SQLALCHEMY_ENGINES"]["default"]["url"])
    with engine.connect() as connection:
        connection.execute(text(statement))
        yield connection
    engine.dispose()


def copy_migrations(place: Path, patch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the migrations folder, which all later apps use."""
    # Its name contains a character that some programs read as the end of a path.
    copy = place / "v: x; 100% mine" / "migrations"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(migrations.FOLDER, copy, ignore=ignored)
    patch.setattr(migrations, "FOLDER", copy)
    return copy


def add_step(app: Flask, folder: Path, step: str, *names: str) -> None:
    """Write a migration after the app's latest one, or after several."""
    head = own_head(app)
    for name in names or ("probe",):
        more = {"name": name, "head": head, "labels": None, "needed": None}
        (folder / f"{name}.py").write_text(REVISION.format(step=step.strip(), **more))


def add_branch(folder: Path, name: str) -> None:
    """Write the first migration of an account part."""
    more = {"name": f"{name}_0001", "head": None, "labels": (name,), "needed": "0001"}
    (folder / f"{name}_0001.py").write_text(REVISION.format(step="pass", **more))


def own_head(app: Flask) -> str:
    """Return the app's latest migration, without those of the account's parts."""
    with app.app_context():
        (head,) = alembic.script_directory.get_revisions("default@head")
        return str(head.revision)


def steps_done(app: Flask) -> set[str]:
    return {row["version_num"] for row in rows(app, "SELECT version_num FROM alembic_version")}
