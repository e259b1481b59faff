"""With bad settings the app does not start: one line names the variable and the cure."""

import os
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.config import Settings
from {{ cookiecutter.project_slug }}.core.db import db

from ..support.settings import KEY, fit_to_serve, run_flask, serve

CONFIGURATION = Path(__file__).parents[2] / "gunicorn.conf.py"
PENDING = "sqlite:///{folder}/empty.sqlite"
refused = pytest.mark.parametrize(
    ("variable", "text", "line"),
    [
        ("SECRET_KEY", "", "SECRET_KEY is missing. Run `flask secret new`"),
        ("SECRET_KEY", "short", "SECRET_KEY is too short or too plain. Run `flask"),
        ("SECRET_KEY", f"change-me {KEY}", "SECRET_KEY is a placeholder. Run `flask"),
        ("PUBLIC_URL", "", "PUBLIC_URL is missing: set it to https:// and your host."),
        ("PUBLIC_URL", "http://app.example", "PUBLIC_URL must be https://HOST alone"),
        ("MAIL_URL", "", "MAIL_URL is console: set it to a mail server or none:."),
        ("DATABASE_URL", PENDING, "DATABASE_URL names a database that lacks migr"),
    ],
)


@pytest.fixture
def folder(served: Flask, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    with fit_to_serve(settings, tmp_path):
        yield tmp_path


@refused
def test_a_server_does_not_start(folder: Path, variable: str, text: str, line: str) -> None:
    """`sys.exit` with a text prints it, without a traceback, and the status is 1."""
    with pytest.raises(SystemExit) as ended:
        serve(folder, **{variable: text.format(folder=folder)})
    assert isinstance(ended.value.code, str)
    assert ended.value.code.startswith(line)
    assert "\n" not in ended.value.code
    assert "make run" not in ended.value.code


@refused
def test_flask_run_does_not_start_and_says_how_to_develop(
    folder: Path, variable: str, text: str, line: str
) -> None:
    done, served = run_flask(folder, "run", **{variable: text.format(folder=folder)})
    assert not served
    assert done.exit_code == 1
    assert done.output.startswith(line)
    assert done.output.endswith("For development use `make run`, or `flask run --debug`.\n")
    assert done.output.count("\n") == 1


def test_a_server_does_not_start_with_debug_on(folder: Path) -> None:
    with pytest.raises(SystemExit, match=r"^FLASK_DEBUG is on, .*: unset it\.$"):
        serve(folder, FLASK_DEBUG="1")


def test_a_served_app_is_secure_by_default(folder: Path) -> None:
    app = serve(folder)
    assert app.config["SESSION_COOKIE_SECURE"]
    assert not app.debug
    assert not [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("dev.")]
    with app.app_context():
        # Workers would share an inherited connection with the master process.
        assert "Connections in pool: 0 " in db.engine.pool.status()


def test_the_env_file_is_read_and_the_environment_wins(folder: Path) -> None:
    lines = ["PUBLIC_URL=https://file.example", "MAIL_FROM=file@app.example"]
    (folder / ".env").write_text("\n".join(lines))
    del os.environ["PUBLIC_URL"]
    found = serve(folder, MAIL_FROM="real@app.example").extensions["settings"]
    assert found.public_url == "https://file.example"
    assert found.mail_from == "real@app.example"


def test_gunicorn_listens_on_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LISTEN", raising=False)
    monkeypatch.setenv("PORT", "10000")
    # It would by itself listen on all interfaces wherever PORT is set.
    assert runpy.run_path(str(CONFIGURATION))["bind"] == "127.0.0.1:10000", (
        "bind to 127.0.0.1 in gunicorn.conf.py, and set LISTEN=0.0.0.0 only inside a container: "
        "otherwise browsers reach the app around the proxy."
    )
