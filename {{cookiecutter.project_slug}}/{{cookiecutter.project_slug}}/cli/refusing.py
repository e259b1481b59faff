"""Keep the commands that cure bad settings running while all others refuse."""

import click
from flask import Flask
from flask.cli import AppGroup

from . import doctor, secret


class _RefusingGroup(AppGroup):
    def __init__(self, problem: str) -> None:
        super().__init__()
        self._problem = problem
        self.add_command(secret.group)
        self.add_command(doctor.command)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        if command is None:
            raise click.ClickException(self._problem)
        return command


def refusing_app(problem: str) -> Flask:
    """Return an app of which `flask secret` and `flask doctor` work; the rest says why not."""
    app = Flask(__name__)
    app.extensions["problem"] = problem
    app.cli = _RefusingGroup(problem)
    return app
