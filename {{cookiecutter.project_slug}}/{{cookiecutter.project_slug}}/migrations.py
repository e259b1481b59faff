"""Bring the database to the models' shape, and tell when it is not there yet."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from alembic.runtime.migration import MigrationContext, MigrationStep
from flask import Flask
from flask_alembic import Alembic
from sqlalchemy import Connection

from .db import Base, UTCDateTime

FOLDER = Path(__file__).parent.parent / "migrations"
Steps = Callable[[str | list[str] | tuple[str, ...], MigrationContext], list[MigrationStep]]


# Any number, as long as nothing else in the database asks for the same lock.
LOCK = 20_160_401
# Wait for other hosts without a limit, and let statements run as long as they need. Only the
# wait for the lock of a table stays short: everybody else would queue up behind it.
TAKE_TURNS = (
    "SET lock_timeout = 0",
    "SET statement_timeout = 0",
    f"SELECT pg_advisory_lock({LOCK})",
    "RESET lock_timeout",
)


class Migrations(Alembic):
    """Migrate one at a time; SQLite without its foreign keys, checked before the commit.

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

        # The setting is ignored within a transaction, so it comes before one.
        connection.rollback()
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            super().run_migrations(checked, **kwargs)  # type: ignore[arg-type]
        finally:
            driver.execute("PRAGMA foreign_keys = ON")

    def is_empty(self) -> bool:
        """Tell whether the database has seen no migration at all."""
        return not self.current()


@contextmanager
def _alone(connection: Connection | None) -> Iterator[None]:
    """Wait until nobody else migrates, and keep others waiting meanwhile."""
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
    """Write migrations that do not depend on the package they are for."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


alembic = Migrations(metadatas=Base.metadata, run_mkdir=False)


def init_app(app: Flask) -> None:
    # Alembic keeps it in a ConfigParser, to which a single percent sign means more.
    location = str(FOLDER).replace("%", "%%")
    app.config["ALEMBIC"] = {"script_location": location}
    app.config["ALEMBIC_CONTEXT"] = {
        "transactional_ddl": True,
        "render_as_batch": True,
        "compare_type": True,
        "render_item": render_item,
    }
    alembic.init_app(app)
    # Alembic logs the kind of database at each start: keep only what it runs.
    logger = logging.getLogger("alembic.runtime.migration")
    logger.addFilter(_is_about_a_step)


def _is_about_a_step(record: logging.LogRecord) -> bool:
    return record.levelno > logging.INFO or record.msg.startswith("Running")
