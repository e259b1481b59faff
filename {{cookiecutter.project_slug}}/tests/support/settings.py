"""Make apps that are fast enough for tests, and start them as servers and commands do."""

import logging
import os
import runpy
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask, appcontext_pushed, cli
from flask.cli import FlaskGroup
from jinja2 import BytecodeCache
from sqlalchemy import Engine, event

from {{ cookiecutter.project_slug }} import create_app
from {{ cookiecutter.project_slug }}.config import Settings
from {{ cookiecutter.project_slug }}.core.db import db
from {{ cookiecutter.project_slug }}.core.db.migrations import FOLDER

KEY = "a key for tests alone: 0123456789 abcdefghij"

PACKAGE = "{{ cookiecutter.project_slug }}"


# Apps on the same database share its engine, or each would compile each statement anew.
_engines: dict[str, Engine] = {}


def project_file(name: str) -> Path:
    """Return the path of a file of the project; skip the test if you deleted the file."""
    path = FOLDER.parent / name
    if not path.is_file():
        pytest.skip(f"{name} is gone")
    return path


def gunicorn_settings() -> dict[str, Any]:
    return runpy.run_path(str(project_file("gunicorn.conf.py")))


def quick_app(settings: Settings, pages: BytecodeCache) -> Flask:
    """Make an app that neither waits for the disk nor hides its errors."""
    app = create_app(settings)
    app.testing = True
    app.jinja_env.bytecode_cache = pages
    with app.app_context():
        engine = _engines.setdefault(settings.database_url, db.engine)
        if engine is db.engine and engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _write_without_waiting)
        db.engines["default"] = engine
        db.sessionmaker.configure(bind=engine)
    return app


def disconnect() -> None:
    for engine in _engines.values():
        engine.dispose()


def _write_without_waiting(connection: sqlite3.Connection, record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def read(**variables: str) -> Settings:
    return Settings.from_environ({"SECRET_KEY": KEY, **variables})


@contextmanager
def fit_to_serve(settings: Settings, folder: Path) -> Iterator[None]:
    """Put wsgi.py into a folder, and every required setting into the environment."""
    shutil.copy(FOLDER.parent / "wsgi.py", folder)
    environ = {
        "SECRET_KEY": settings.secret_key,
        "DATABASE_URL": settings.database_url,
        "PUBLIC_URL": "https://app.example",
        "MAIL_URL": "none:",
        "FLASK_SKIP_DOTENV": "1",
    }
    logger = logging.getLogger(PACKAGE)
    level = logger.level
    made: set[Flask] = set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", environ)
        patch.setattr(sys, "path", [*sys.path])
        with appcontext_pushed.connected_to(made.add):
            yield
    for app in made:
        # An app that refuses to start has no database.
        if "sqlalchemy" not in app.extensions:
            continue
        with app.app_context():
            db.engine.dispose()
    logger.setLevel(level)
    sys.modules.pop("wsgi", None)


def serve(folder: Path, **variables: str) -> Flask:
    """Load wsgi.py as gunicorn does, and return its app."""
    os.environ.update(variables)
    app = runpy.run_path(str(folder / "wsgi.py"))["app"]
    assert isinstance(app, Flask)
    # Tests deliver mails themselves: a thread could outlive the test and its database.
    app.testing = True
    return app


def run_flask(
    folder: Path, *args: str, typed: str = "", **variables: str
) -> tuple[Result, list[Flask]]:
    """Run the `flask` command on wsgi.py; return its result and the apps it served."""
    served: list[Flask] = []
    os.environ.update(variables)
    sys.modules.pop("wsgi", None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "run_simple", lambda *args, **more: served.append(args[2]))
        command = ["--app", str(folder / "wsgi.py"), *args]
        return CliRunner().invoke(FlaskGroup(), command, input=typed), served
