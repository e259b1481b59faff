"""With bad settings the app does not start: one line names the variable and the cure."""

import json
import logging
import os
import shutil
from pathlib import Path

import pytest
from flask import Flask

from my_flask_app import create_app
from my_flask_app.config import Settings
from my_flask_app.core import mail
from my_flask_app.core.db import db

from ...core import test_serving
from ...support.http import Browser
from ...support.mail import letters
from ...support.settings import run_flask, serve

refused, folder = test_serving.refused, test_serving.folder


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
    """The worker imports wsgi.py, as gunicorn does."""
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


def test_a_server_does_not_start_without_a_folder_for_its_database(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **more: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "makedirs", refuse)
    line = r"^DATABASE_URL needs the folder .* which cannot be created: Read-only file system\.$"
    with pytest.raises(SystemExit, match=line):
        serve(folder, DATABASE_URL="sqlite:///app.sqlite")


def test_a_server_does_not_start_without_its_database(folder: Path) -> None:
    away = "postgresql://me:Fz7Qk0pV@127.0.0.1:1/app"
    line = "DATABASE_URL names a database that does not respond. Check that it runs, and where"
    with pytest.raises(SystemExit) as ended:
        serve(folder, DATABASE_URL=away)
    assert ended.value.code == f"{line}: Connection refused."
    done, _ = run_flask(folder, "db", "upgrade")
    assert done.output == f"Error: {line}: Connection refused.\n"


def test_a_served_app_logs_to_standard_output(
    app: Flask, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # Remove the handlers of the tests: a server starts without any.
        patch.setattr(logging.getLogger(), "handlers", [])
        Browser(serve(folder)).login()
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["event"] == "login_failed"


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
