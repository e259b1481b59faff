"""Every error is answered in the language and format of the user; its details are only in the log."""

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from flask import Flask, abort
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from {{ cookiecutter.project_slug }}.auth.guards import login_not_required
from {{ cookiecutter.project_slug }}.core import logs
from {{ cookiecutter.project_slug }}.core.db import db

from ..conftest import MakeApp
from ..support.http import Browser, page, set_cookies
from ..support.settings import gunicorn_settings
from ..support.sql import broken_database, statements

JSON = {"Accept": "application/json"}
SECRET = "the view failed with a secret"
REASON = "Only on <Sundays>."
PAGE = (
    "let the page of errors extend base.html and say what went wrong: `text` in "
    "templates/error.html, `error.description` in an error handler of yours."
)
SCRIPTS = (
    "a script gets a page in place of JSON: if you wrote an error handler, let it return the error "
    "itself where wants_json() (core/web/request.py) is true."
)
REFUSALS = [400, 403, 404, 405, 409, 410, 413, 415, 418, 422, 429]
STATUSES = [400, 403, 404, 405, 409, 413, 418, 422, 429, 500, 503]


def add_failures(app: Flask) -> None:
    """Add views that fail on request."""
    # As in production: answer an error instead of raising it.
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @page(app, public=True)
    def crash() -> ResponseReturnValue:
        raise RuntimeError(SECRET)

    @app.get("/<int:status>/why")
    @login_not_required
    def explain(status: int) -> ResponseReturnValue:
        abort(status, REASON)

    @app.get("/<int:status>")
    @login_not_required
    def fail(status: int) -> ResponseReturnValue:
        abort(status)


@pytest.fixture
def failing(configure: MakeApp) -> Browser:
    """Return a browser on an app whose views fail on request."""
    return Browser(configure(add_failures))


def test_every_error_is_a_page_of_the_app(failing: Browser) -> None:
    for status in STATUSES:
        answer = failing.get(f"/{status}")
        assert answer.status_code == status
        assert answer.mimetype == "text/html"
        assert "</html>" in answer.text, PAGE


def test_a_client_that_asks_for_json_gets_errors_as_json(failing: Browser) -> None:
    for status in STATUSES:
        answer = failing.get(f"/{status}", headers=JSON)
        assert answer.status_code == status
        assert answer.json is not None, SCRIPTS
        assert set(answer.json) == {"error"}
        assert answer.json["error"]


@pytest.mark.parametrize("headers", [{}, JSON])
def test_a_crash_is_logged_and_its_details_stay_hidden(
    failing: Browser, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = failing.get("/test-crash", headers=headers)
    assert answer.status_code == 500
    assert SECRET in caplog.text
    assert SECRET not in answer.text
    assert "RuntimeError" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("status", [status for status in REFUSALS if status != 405])
def test_the_reason_that_a_view_gives_is_shown_as_text(failing: Browser, status: int) -> None:
    shown = failing.get(f"/{status}/why")
    assert shown.status_code == status
    assert "Only on &lt;Sundays&gt;." in shown.text, PAGE
    assert failing.get(f"/{status}/why", headers=JSON).json == {"error": REASON}, SCRIPTS


def test_the_health_check_succeeds_while_the_database_answers(app: Flask, client: Browser) -> None:
    with statements(app) as run:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert any(statement.startswith("SELECT") for statement in run)
    assert not set_cookies(answer)


def test_the_health_check_fails_without_the_database(app: Flask, client: Browser) -> None:
    with broken_database(app):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"status": "no database"})
    assert client.get("/healthz").status_code == 200


def test_the_health_check_answers_under_any_host_name(client: Browser) -> None:
    assert client.get("/healthz", base_url="http://10.0.0.5:8000").status_code == 200
    assert client.head("/healthz").status_code == 200


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


def stumbling(app: Flask) -> Browser:
    """Return a browser on an app with views that fail."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/test-fail/database/<token>")
    @login_not_required
    def ask(token: str) -> str:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT missing, :token"), {"token": token})
        return ""

    @app.get("/test-fail/code/<token>")
    @login_not_required
    def stumble(token: str) -> str:
        raise RuntimeError("no such luck")

    return Browser(app)


def test_gunicorn_writes_no_access_log() -> None:
    # The path of a mailed link contains its token.
    assert gunicorn_settings()["accesslog"] is None, (
        "set accesslog to None in gunicorn.conf.py: it would log the tokens of mailed links."
    )


@pytest.mark.parametrize("what", ["database", "code"])
def test_a_logged_crash_contains_no_path_and_no_query_values(
    make_app: MakeApp, log: StringIO, what: str
) -> None:
    token = "a-token-that-opens-something"
    assert stumbling(make_app()).get(f"/test-fail/{what}/{token}").status_code >= 500
    (entry,) = entries(log)
    assert "test_errors.py" in entry["exc_info"]
    assert token not in log.getvalue()
