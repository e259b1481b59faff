"""Keep what the tables hold, and put it back after a test has made a mess of it."""

from flask import Flask
from sqlalchemy import select

from {{ cookiecutter.project_slug }}.core.db import Base, db

from .apps import empty_tables


class Kept:
    """Hold every row of every table."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        with app.app_context(), db.engine.connect() as connection:
            self._rows = {
                table: [row._asdict() for row in connection.execute(select(table))]
                for table in Base.metadata.sorted_tables
            }

    def put_back(self) -> None:
        empty_tables(self._app)
        with self._app.app_context(), db.engine.begin() as connection:
            for table, rows in self._rows.items():
                if rows:
                    connection.execute(table.insert(), rows)
