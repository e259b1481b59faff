"""A start with bad settings ends with one line that names the variable and the cure."""

import json
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }} import create_app
from {{ cookiecutter.project_slug }}.config import Settings
from {{ cookiecutter.project_slug }}.core import mail
from {{ cookiecutter.project_slug }}.core.db import db

from .browser import Browser
from .conftest import KEY
from .letters import letters
from .starting import fit_to_serve, run_flask, serve

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


@pytest.mark.parametrize(
    ("variable", "text", "hinted"),
    [
        ("PUBLIC_URL", "", True),
        ("MAIL_URL", "", True),
        ("MAIL_URL", "console:", True),
        ("MAIL_URL", "imap://mail.example", False),
        ("PUBLIC_URL", "http://app.example", False),
        ("SECRET_KEY", "", False),
    ],
)
def test_a_worker_in_development_is_told_how_to_make_its_app(
    folder: Path, variable: str, text: str, hinted: bool
) -> None:
    """It imports wsgi.py, as gunicorn does."""
    with pytest.raises(SystemExit) as ended:
        serve(folder, **{variable: text})
    told = "In development, a worker or a script calls `load_dotenv()` and `create_app(Settings."
    assert (told in str(ended.value.code)) == hinted


def test_a_worker_makes_its_app_so_and_leaves_its_mails_to_the_running_one(
    app: Flask, folder: Path, user: str
) -> None:
    worker = create_app(Settings.from_environ({**os.environ, "PUBLIC_URL": "", "MAIL_URL": ""}))
    with worker.app_context():
        mail.enqueue("reset", user)
        db.session.commit()
        db.engine.dispose()
    assert [letter["To"] for letter in letters(app)] == [user]


def test_a_server_does_not_start_with_debug_on(folder: Path) -> None:
    with pytest.raises(SystemExit, match=r"^FLASK_DEBUG is on, .*: unset it\.$"):
        serve(folder, FLASK_DEBUG="1")


def test_a_server_does_not_start_without_a_folder_for_its_database(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **more: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "makedirs", refuse)
    line = r"^DATABASE_URL needs the folder .* which cannot be made: Read-only file system\.$"
    with pytest.raises(SystemExit, match=line):
        serve(folder, DATABASE_URL="sqlite:///app.sqlite")


def test_a_server_does_not_start_without_its_database(folder: Path) -> None:
    away = "postgresql://me:Fz7Qk0pV@127.0.0.1:1/app"
    line = "DATABASE_URL names a database that does not answer. See that it runs, and where"
    with pytest.raises(SystemExit) as ended:
        serve(folder, DATABASE_URL=away)
    assert ended.value.code == f"{line}: Connection refused."
    done, _ = run_flask(folder, "db", "upgrade")
    assert done.output == f"Error: {line}: Connection refused.\n"


def test_what_starts_is_secure_unasked(folder: Path) -> None:
    app = serve(folder)
    assert app.config["SESSION_COOKIE_SECURE"]
    assert not app.debug
    assert not [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("dev.")]
    with app.app_context():
        # What a worker inherited it would share with its master.
        assert "Connections in pool: 0 " in db.engine.pool.status()


def test_what_is_served_logs_to_standard_output_as_hosts_read_it(
    app: Flask, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # Those of the tests: a server starts with none.
        patch.setattr(logging.getLogger(), "handlers", [])
        Browser(serve(folder)).login()
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["event"] == "login_failed"


def test_the_file_beside_it_is_read_and_the_environment_wins(folder: Path) -> None:
    lines = ["PUBLIC_URL=https://file.example", "MAIL_FROM=file@app.example"]
    (folder / ".env").write_text("\n".join(lines))
    del os.environ["PUBLIC_URL"]
    found = serve(folder, MAIL_FROM="real@app.example").extensions["settings"]
    assert found.public_url == "https://file.example"
    assert found.mail_from == "real@app.example"


def test_the_file_of_a_parent_folder_is_not_read(folder: Path) -> None:
    (folder / ".env").write_text("PUBLIC_URL=https://file.example\n")
    below = folder / "below"
    below.mkdir()
    shutil.copy(folder / "wsgi.py", below)
    del os.environ["PUBLIC_URL"]
    with pytest.raises(SystemExit, match="PUBLIC_URL is missing"):
        serve(below)


def test_a_request_starts_no_thread(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = serve(folder)
    app.testing = True
    monkeypatch.delattr("threading.Thread.start")
    assert Browser(app).get("/healthz").status_code == 200
