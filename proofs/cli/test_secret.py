"""`flask secret` creates and rotates the key, in a file that no other user can read."""

import sys
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest
from click.testing import Result
from dotenv import set_key
from flask import Flask

from my_flask_app.cli import secret

from ...cli import test_secret
from ...cli.test_secret import read

file = test_secret.file

OLD = "the key of yesterday: 0123456789 abcdefghij".replace(" ", "_")
OLDER = "the key of last year: zyxwvutsrq 9876543210".replace(" ", "_")
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")


def run(app: Flask, command: str) -> Result:
    return app.test_cli_runner().invoke(args=["secret", command])


@posix
def test_new_follows_no_link_that_leads_nowhere(app: Flask, file: Path) -> None:
    elsewhere = file.with_name("elsewhere")
    file.symlink_to(elsewhere)
    assert run(app, "new").exit_code == 1
    assert not elsewhere.exists()


def test_rotate_leaves_every_other_line_as_it_is(app: Flask, file: Path) -> None:
    others = ["# a note", "", "MAIL_URL='smtp://a b@mail.example'", "LANGUAGE=pt_BR"]
    file.write_text("\n".join([*others[:3], f"SECRET_KEY={OLD}", *others[3:]]))
    run(app, "rotate")
    kept = [line for line in file.read_text().splitlines() if "SECRET_KEY" not in line]
    assert kept == others


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
def test_rotate_keeps_the_mode_of_the_file(app: Flask, file: Path, mode: int) -> None:
    file.write_text(f"SECRET_KEY={OLD}\n")
    file.chmod(mode)
    assert run(app, "rotate").exit_code == 0
    assert S_IMODE(file.stat().st_mode) == mode


def test_the_old_key_is_a_fallback_before_the_new_one_signs(
    app: Flask, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the command is interrupted, the app still starts and logs no user out."""
    file.write_text(f"SECRET_KEY={OLD}\n")
    seen = []

    def write(path: Path, name: str, value: str, **how: Any) -> None:
        set_key(path, name, value, **how)
        seen.append((read(path).secret_key(), read(path).fallback_keys()))

    monkeypatch.setattr(secret, "set_key", write)
    run(app, "rotate")
    assert seen[0] == (OLD, (OLD,))
    assert seen[1][1] == (OLD,)


def test_a_key_of_several_words_is_kept(app: Flask, file: Path) -> None:
    key = "four unrelated words: 0123456789 umbrella"
    file.write_text(f"SECRET_KEY={key}\n")
    assert run(app, "rotate").exit_code == 0
    assert read(file).fallback_keys() == (key,)


@pytest.mark.parametrize("weak", ["", "short", "please-change-me " * 3, "a" * 64])
def test_rotate_cures_a_key_that_stops_the_app(app: Flask, file: Path, weak: str) -> None:
    """The bad key does not become a fallback, where it would stop the app again."""
    file.write_text(f"SECRET_KEY={weak}\nSECRET_KEY_FALLBACKS={OLDER},{weak}\n")
    assert run(app, "rotate").exit_code == 0
    assert read(file).secret_key()
    assert read(file).fallback_keys() == (OLDER,)


def test_rotate_needs_a_file(app: Flask, file: Path) -> None:
    done = run(app, "rotate")
    assert done.exit_code == 1
    assert done.output == "Error: There is no .env. `flask secret new` makes one.\n"
    assert not file.exists()


@pytest.mark.parametrize("name", ["SECRET_KEY", "SECRET_KEY_FALLBACKS", "SECRET_KEY_FILE"])
def test_rotate_refuses_where_the_environment_wins_over_the_file(
    app: Flask, file: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    file.write_text(f"SECRET_KEY={OLD}\n")
    monkeypatch.setenv(name, OLDER)
    done = run(app, "rotate")
    assert done.exit_code == 1
    assert "The key does not come from .env" in done.output
    assert file.read_text() == f"SECRET_KEY={OLD}\n"


def test_a_file_that_cannot_be_written_is_named(
    app: Flask, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret, "ENV_FILE", file / "no" / "folder")
    done = run(app, "new")
    assert done.exit_code == 1
    assert done.output == "Error: .env cannot be written: No such file or directory.\n"
    file.mkdir()
    monkeypatch.setattr(secret, "ENV_FILE", file)
    done = run(app, "rotate")
    assert done.exit_code == 1
    assert done.output.startswith("Error: .env cannot be written: ")
