"""Register the commands that manage the app from a terminal."""

from click import Group
from flask import Flask

from . import database, doctor, lists, mail, purge, secret, users


def init_app(app: Flask) -> None:
    for group in (database.migrations_group, users.group, secret.group, mail.group):
        app.cli.add_command(group)
    for command in (lists.events_command, purge.command, doctor.command):
        app.cli.add_command(command)
    for part in app.extensions["parts"]:
        for command in part.commands:
            parent = app.cli if isinstance(command, Group) else users.group
            parent.add_command(command)
