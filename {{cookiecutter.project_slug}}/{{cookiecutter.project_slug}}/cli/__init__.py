"""Register the commands that manage the app from a terminal; with bad settings, those that help."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from . import database, doctor, mail, purge, secret, users


def init_app(app: Flask) -> None:
    for group in (database.migrations_group, users.group, secret.group, mail.group):
        app.cli.add_command(group)
    for command in (users.events_command, purge.command, doctor.command):
        app.cli.add_command(command)
    for part in app.extensions["parts"]:
        for command in part.commands:
            parent = app.cli if isinstance(command, click.Group) else users.group
            parent.add_command(command)


class _RefusingGroup(AppGroup):
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        if command is None:
            raise click.ClickException(current_app.extensions["problem"])
        return command


def refusing_app(problem: str) -> Flask:
    """Return an app with `flask secret` and `flask doctor`; other commands report the problem."""
    app = Flask(__name__)
    app.extensions["problem"] = problem
    app.cli = _RefusingGroup(commands=[secret.group, doctor.command])
    return app
