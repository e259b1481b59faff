"""The log is one line of JSON for each event, by which a request can be followed."""

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
    """Return what is written where the app is served."""
    stream = StringIO()
    handler = logs.handler(stream)
    logging.getLogger().addHandler(handler)
    app.logger.setLevel(logging.INFO)
    yield stream
    logging.getLogger().removeHandler(handler)


def entries(log: StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def failing(app: Flask) -> Browser:
    """Return a browser of an app that has views which fail."""
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


def test_the_server_logs_no_path_beside_it() -> None:
    # Links have their tokens in it.
    assert runpy.run_path(str(CONFIGURATION))["accesslog"] is None


@pytest.mark.parametrize("what", ["database", "code"])
def test_a_crash_tells_where_and_neither_the_path_nor_what_the_database_was_sent(
    make_app: MakeApp, log: StringIO, what: str
) -> None:
    token = "a-token-that-opens-something"
    assert failing(make_app()).get(f"/fail/{what}/{token}").status_code >= 500
    (entry,) = entries(log)
    assert "test_logs.py" in entry["exc_info"]
    assert token not in log.getvalue()
