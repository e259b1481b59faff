"""Development starts without settings, and the commands that repair settings always run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from my_flask_app.cli import secret
from my_flask_app.config import Settings
from my_flask_app.core.environ import Environ

from ...core.test_serving import in_development
from ...support.http import EMAIL, PASSWORD
from ...support.settings import fit_to_serve, run_flask, serve


@pytest.fixture
def folder(served: Flask, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    with fit_to_serve(settings, tmp_path):
        yield tmp_path


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ([], "http://localhost:5000"),
        (["--port", "5001"], "http://localhost:5001"),
        (["--host", "127.0.0.1"], "http://localhost:5000"),
        (["--host", "0.0.0.0"], "http://localhost:5000"),  # noqa: S104
        (["--host", "::"], "http://localhost:5000"),
        (["--host", "192.0.2.7"], "http://192.0.2.7:5000"),
    ],
)
def test_in_development_links_follow_what_is_listened_on(
    folder: Path, options: list[str], url: str
) -> None:
    app = in_development(folder, *options, PUBLIC_URL="")
    assert app.extensions["settings"].public_url == url


def test_development_needs_a_key_as_well(folder: Path) -> None:
    done, served = run_flask(folder, "run", "--debug", SECRET_KEY="")
    assert not served
    assert done.exit_code == 1
    assert done.output.startswith("SECRET_KEY is missing. Run `flask secret new`")


def test_a_key_can_be_made_where_there_is_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret, "ENV_FILE", folder / ".env")
    done, _ = run_flask(folder, "secret", "new", SECRET_KEY="")
    assert done.exit_code == 0
    (name, key) = (folder / ".env").read_text().strip().split("=")
    assert Environ({name: key}).secret_key() == key


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_an_env_file_that_is_not_utf_8_is_named(folder: Path, encoding: str) -> None:
    """Windows PowerShell writes UTF-16 by default."""
    (folder / ".env").write_text("MAIL_FROM=ol\u00e1@example.com\n", encoding=encoding)
    with pytest.raises(SystemExit, match=r"^\.env is not UTF-8: save it as UTF-8\.$"):
        serve(folder)
    done, _ = run_flask(folder, "user", "list")
    assert done.output == "Error: .env is not UTF-8: save it as UTF-8.\n"


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
