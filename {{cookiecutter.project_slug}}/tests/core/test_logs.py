"""The log has one line of JSON for each event, with the id of its request."""

import json
import logging
import runpy
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from {{ cookiecutter.project_slug }}.auth.guards import login_not_required
from {{ cookiecutter.project_slug }}.core import logs
from {{ cookiecutter.project_slug }}.core.db import db

from ..conftest import MakeApp
from ..support.http import Browser

CONFIGURATION = Path(__file__).parents[2] / "gunicorn.conf.py"


@pytest.fixture
def log(app: Flask) -> Iterator[StringIO]:
    """Return the log as a served app writes it."""
    stream = StringIO()
    handler = logs.handler(stream)
    logging.getLogger().addHandler(handler)
    app.logger.setLevel(logging.INFO)
    yield stream
    logging.getLogger().removeHandler(handler)


def entries(log: StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def failing(app: Flask) -> Browser:
    """Return a browser on an app with views that fail."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/fail/database/<token>")
    @login_not_required
    def ask(token: str) -> str:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT missing, :token"), {"token": token})
        return ""

    @app.get("/fail/code/<token>")
    @login_not_required
    def stumble(token: str) -> str:
        raise RuntimeError("no such luck")

    return Browser(app)


def test_gunicorn_writes_no_access_log() -> None:
    # The path of a mailed link contains its token.
    assert runpy.run_path(str(CONFIGURATION))["accesslog"] is None, (
        "set accesslog to None in gunicorn.conf.py: it would log the tokens of mailed links."
    )


@pytest.mark.parametrize("what", ["database", "code"])
def test_a_logged_crash_contains_no_path_and_no_query_values(
    make_app: MakeApp, log: StringIO, what: str
) -> None:
    token = "a-token-that-opens-something"
    assert failing(make_app()).get(f"/fail/{what}/{token}").status_code >= 500
    (entry,) = entries(log)
    assert "test_logs.py" in entry["exc_info"]
    assert token not in log.getvalue()
