"""Keep the commands that fix bad settings working while all others refuse to run."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from . import doctor, secret


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
