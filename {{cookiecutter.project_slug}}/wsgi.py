"""Load .env, check the settings and create the app, for `flask run` and gunicorn."""

import logging
import os
import sys
from pathlib import Path

import click
from dotenv import load_dotenv
from flask import Flask
from flask.helpers import get_debug_flag

from {{ cookiecutter.project_slug }} import account, create_app
from {{ cookiecutter.project_slug }}.auth.dev import say_where
from {{ cookiecutter.project_slug }}.cli import refusing_app
from {{ cookiecutter.project_slug }}.config import Settings
from {{ cookiecutter.project_slug }}.core import logs
from {{ cookiecutter.project_slug }}.core.checks import check_migrations, refusals
from {{ cookiecutter.project_slug }}.core.db import db
from {{ cookiecutter.project_slug }}.core.db.migrations import alembic
from {{ cookiecutter.project_slug }}.core.environ import ConfigError, is_loopback

ROOT = Path(__file__).parent
# Defaults that are good enough for development, and refused in production.
IN_DEVELOPMENT = {"PUBLIC_URL": "", "MAIL_URL": "console:"}


def make_app() -> Flask:
    """Return the app for the program that loads this module, or exit with one line."""
    context = click.get_current_context(silent=True)
    try:
        _read_env_file()
        if context is None:
            return _serve()
        if context.info_name == "run":
            return _develop(context) if get_debug_flag() else _serve()
        return create_app(Settings.from_environ(os.environ))
    except ConfigError as error:
        # Click has not looked up the command yet.
        if context is not None and isinstance(context.command, click.Group):
            return refusing_app(str(error))
        sys.exit(f"{error}{_hint(error, context)}")


def _hint(error: ConfigError, context: click.Context | None) -> str:
    if get_debug_flag():
        return ""
    if context is not None:
        return " For development use `make run`, or `flask run --debug`."
    default = IN_DEVELOPMENT.get(error.variable)
    if default is None or os.environ.get(error.variable, default) not in {"", default}:
        return ""
    return (
        " In development, a worker or a script calls `load_dotenv()` and"
        " `create_app(Settings.from_environ(os.environ))` instead of importing wsgi."
    )


def _read_env_file() -> None:
    try:
        # The real environment wins. If this file is missing, Flask's own command has already
        # read the one of a folder above, if any.
        load_dotenv(ROOT / ".env")
    except UnicodeDecodeError:
        raise ConfigError(".env", "is not UTF-8: save it as UTF-8.") from None


def _serve() -> Flask:
    settings = Settings.from_environ(os.environ)
    for problem in refusals(settings):
        raise problem
    logs.to_stdout()
    app = create_app(settings)
    _log_events(app)
    with app.app_context():
        account.check_leftovers()
        check_migrations()
        # A worker must not inherit its master's connections.
        db.engine.dispose()
    return app


def _develop(context: click.Context) -> Flask:
    url = _listening_url(context)
    app = create_app(Settings.from_environ(os.environ, development_url=url))
    _log_events(app)
    with app.app_context():
        if not alembic.current():
            alembic.upgrade()
        account.check_leftovers()
        check_migrations()
        say_where(url)
    return app


def _log_events(app: Flask) -> None:
    # Python drops INFO by default. In development, Flask's own handler writes it.
    app.logger.setLevel(logging.INFO)


def _listening_url(context: click.Context) -> str:
    scheme = "https" if context.params.get("cert") else "http"
    host = context.params["host"]
    # An address that means "all interfaces" cannot be opened in a browser.
    if not host.strip("0.:") or is_loopback(host):
        host = "localhost"
    return f"{scheme}://{host}:{context.params['port']}"


app = make_app()
