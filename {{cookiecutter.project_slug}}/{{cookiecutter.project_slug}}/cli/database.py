"""Put a database that will not do into one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError


@contextmanager
def database_needed() -> Iterator[None]:
    """Run a command: no traceback for tables that are missing, or all is away."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        said = str(error.orig).strip().partition("\n")[0]
        raise click.ClickException(
            f"The database would not do it ({said}). Is it there, and has "
            "`flask db upgrade` been run?"
        ) from None


class DatabaseGroup(AppGroup):
    """Group commands that need the database."""

    def invoke(self, ctx: click.Context) -> object:
        with database_needed():
            return super().invoke(ctx)
