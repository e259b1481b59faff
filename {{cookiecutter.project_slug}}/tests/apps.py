"""Make apps that tests can afford, and clean up after them."""

import sqlite3

from flask import Flask
from jinja2 import BytecodeCache
from sqlalchemy import event

from {{ cookiecutter.project_slug }} import create_app
from {{ cookiecutter.project_slug }}.config import Settings
from {{ cookiecutter.project_slug }}.core.db import Base, db


def quick_app(settings: Settings, pages: BytecodeCache) -> Flask:
    """Make an app that does not wait for the disk, nor hide its errors."""
    app = create_app(settings)
    app.testing = True
    app.jinja_env.bytecode_cache = pages
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _write_without_waiting)
    return app


def disconnect(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def empty_tables(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())


def _write_without_waiting(connection: sqlite3.Connection, record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")
