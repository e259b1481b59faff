"""Development starts without settings, and the commands that repair settings always run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.config import Settings
from {{ cookiecutter.project_slug }}.core.db.migrations import alembic

from ..support.http import EMAIL, PASSWORD
from ..support.settings import fit_to_serve, run_flask, serve


@pytest.fixture
def folder(served: Flask, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    with fit_to_serve(settings, tmp_path):
        yield tmp_path


def in_development(folder: Path, *options: str, **variables: str) -> Flask:
    """Return the app that `flask run --debug` serves."""
    done, served = run_flask(folder, "run", "--debug", *options, **variables)
    assert done.exit_code == 0, done.output
    # Unwrap it from the debugger.
    app = getattr(served[0], "_app", served[0])
    assert isinstance(app, Flask)
    return app


def test_development_starts_on_an_empty_database(folder: Path) -> None:
    empty = f"sqlite:///{folder}/empty.sqlite"
    app = in_development(folder, DATABASE_URL=empty, PUBLIC_URL="", MAIL_URL="")
    assert app.extensions["settings"].development
    with app.app_context():
        assert not alembic.needs_upgrade()


@pytest.mark.parametrize("command", [["purge"], ["mail", "retry"], ["nonsense"]])
def test_every_other_command_refuses_to_run_without_a_key(folder: Path, command: list[str]) -> None:
    done, _ = run_flask(folder, *command, SECRET_KEY="")
    assert done.exit_code == 1
    assert done.output.startswith("Error: SECRET_KEY is missing. Run `flask secret")
    assert done.output.count("\n") == 1


def test_commands_that_prepare_serving_run_with_incomplete_settings(folder: Path) -> None:
    empty = f"sqlite:///{folder}/empty.sqlite"
    missing = {"DATABASE_URL": empty, "PUBLIC_URL": "", "MAIL_URL": ""}
    create = ("user", "create", EMAIL, "--name", "Ana")
    done, _ = run_flask(folder, *create, typed=PASSWORD, **missing)
    assert done.exit_code == 1
    assert "`flask db upgrade`" in done.output

    done, _ = run_flask(folder, "db", "upgrade", **missing)
    assert done.exit_code == 0
    done, _ = run_flask(folder, *create, typed=PASSWORD, **missing)
    assert done.output == f"{EMAIL} can log in now.\n"
    ready = {"PUBLIC_URL": "https://app.example", "MAIL_URL": "none:"}
    assert serve(folder, **ready).extensions["settings"].can_mail is False
