"""Offer the commands that run the app from a terminal."""

from flask import Flask

from . import doctor, lists, mail, purge, secret, sessions, users

# Imported for its commands, which join those of `users`.
from . import support as support


def init_app(app: Flask) -> None:
    app.cli.add_command(users.group)
    app.cli.add_command(lists.events_command)
    app.cli.add_command(purge.command)
    app.cli.add_command(secret.group)
    app.cli.add_command(mail.group)
    app.cli.add_command(sessions.group)
    app.cli.add_command(doctor.command)
