"""Offer the commands that run the app from a terminal."""

from flask import Flask

from . import mail, purge, secret, sessions, users


def init_app(app: Flask) -> None:
    app.cli.add_command(users.group)
    app.cli.add_command(purge.command)
    app.cli.add_command(secret.group)
    app.cli.add_command(mail.group)
    app.cli.add_command(sessions.group)
