"""Turn errors of the database into one-line messages."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from alembic.util import CommandError
from flask.cli import AppGroup, ScriptInfo
from flask_alembic.cli import cli as alembic_group
from sqlalchemy.exc import OperationalError, ProgrammingError

from ..core.checks import check_migrations
from ..core.db import db, is_temporary
from ..core.environ import ConfigError


@contextmanager
def database_needed(*, migrating: bool = False) -> Iterator[None]:
    """Run a command; report missing tables or a missing database without a traceback."""
    try:
        yield
    except ConfigError as problem:
        raise click.ClickException(str(problem)) from None
    except CommandError as error:
        if "not up to date" in str(error):
            _say_what_is_missing()
        raise click.ClickException(str(error)) from None
    except (OperationalError, ProgrammingError) as error:
        said = str(error.orig).strip().partition("\n")[0]
        if not is_temporary(error):
            if migrating:
                raise click.ClickException(
                    f"The database refused a migration ({said}). Correct its file in migrations/, "
                    "or the app's permissions in the database."
                ) from None
            _say_what_is_missing()
            raise
        raise click.ClickException(
            f"The database refused ({said}). Is it running, and has `flask db upgrade` been run?"
        ) from None


def _say_what_is_missing() -> None:
    # The command's open transaction holds the lock that this check needs.
    db.session.rollback()
    try:
        check_migrations()
    except ConfigError as problem:
        raise click.ClickException(str(problem)) from None


class DatabaseGroup(AppGroup):
    """Group commands that need the database."""

    def invoke(self, ctx: click.Context) -> object:
        # The error handling needs the context too, after the command has ended.
        app = ctx.ensure_object(ScriptInfo).load_app()
        with app.app_context(), database_needed(migrating=self is migrations_group):
            return super().invoke(ctx)


migrations_group = DatabaseGroup(
    "db", help=alembic_group.help, callback=alembic_group.callback, commands=alembic_group.commands
)
