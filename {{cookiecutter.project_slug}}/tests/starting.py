"""Start the app as gunicorn and the `flask` command do, within this process."""

import logging
import os
import runpy
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask, appcontext_pushed, cli
from flask.cli import FlaskGroup

from {{ cookiecutter.project_slug }}.config import Settings
from {{ cookiecutter.project_slug }}.core.db import db
from {{ cookiecutter.project_slug }}.core.db.migrations import FOLDER

PACKAGE = "{{ cookiecutter.project_slug }}"


@contextmanager
def fit_to_serve(settings: Settings, folder: Path) -> Iterator[None]:
    """Put wsgi.py into a folder, and all that serving needs into the environment."""
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
    # Tests deliver mails themselves: a thread would still use the database when they are over.
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
