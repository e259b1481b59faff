"""`flask doctor` checks the real files, the real repository and the real database."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.cli import doctor
from {{ cookiecutter.project_slug }}.config import Settings

from ..support.cli import a_project, diagnose
from ..support.settings import KEY, run_flask

LOOKED_AT = [
    *("FLASK_DEBUG", "SECRET_KEY", "PUBLIC_URL", "TRUSTED_PROXIES", "MAIL_URL", "MAIL_FROM"),
    *("DATABASE_URL", "SESSION_IDLE_SECONDS", "SESSION_ABSOLUTE_SECONDS"),
    *("REMEMBER_IDLE_SECONDS", "REMEMBER_ABSOLUTE_SECONDS", "REAUTHENTICATION_SECONDS", ".env"),
]

OTHER_KEY = KEY[::-1]
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
needs_git = pytest.mark.skipif(which("git") is None, reason="needs git")


@pytest.fixture
def folder(served: Flask, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    with a_project(settings, tmp_path):
        yield tmp_path


def test_doctor_lists_every_check_if_the_settings_are_good(folder: Path) -> None:
    done, _ = run_flask(folder, "doctor", TRUSTED_PROXIES="1")
    lines = [line for line in done.output.splitlines() if not line.startswith("info: ")]
    assert lines == [f"ok: {name}" for name in LOOKED_AT]
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing. Run `flask secret new`"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short or too plain. Run `flask s"),
        ({"SECRET_KEY": f"change-me {KEY}"}, "SECRET_KEY is a placeholder. Run `fl"),
        ({"SECRET_KEY": "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f"}, "SECRET_KEY is a publis"),
        ({"SECRET_KEY": "", "SECRET_KEY_FILE": "/none"}, "SECRET_KEY_FILE names a file that"),
        ({"SECRET_KEY_FILE": "/none"}, "SECRET_KEY and SECRET_KEY_FILE are both set: keep one."),
        ({"SECRET_KEY": "", "SECRET_KEY_FILE": " "}, "SECRET_KEY is missing. Run `flask se"),
        ({"SECRET_KEY_FALLBACKS": "short"}, "SECRET_KEY_FALLBACKS is too short or too plain."),
        ({"PUBLIC_URL": "http://app.example"}, "PUBLIC_URL must be https://HOST alone"),
        ({"MAIL_URL": "imap://mail.example"}, "MAIL_URL must be smtps://, smtp://, consol"),
        ({"TRUSTED_PROXIES": "yes"}, "TRUSTED_PROXIES must be a whole number from 0 to 999999999."),
        ({"DATABASE_URL": "mysql://db/app"}, "DATABASE_URL must start with sqlite:/// or"),
        ({"REGISTRATION": "maybe"}, "REGISTRATION must be one of: open, closed."),
    ],
)
def test_doctor_reports_an_invalid_value_once(
    folder: Path, variables: dict[str, str], line: str
) -> None:
    status, lines = diagnose(folder, **variables)
    assert status == 1
    assert lines[0].startswith(f"unsafe: {line}")
    # With two sources of the key, doctor checks the other one too.
    assert len(lines) == 1 + ("both" in line)


def takes_safe_directories() -> bool:
    said = subprocess.run(["git", "version"], capture_output=True, text=True).stdout  # noqa: S607
    return [int(number) for number in re.findall("[0-9]+", said)[:2]] >= [2, 38]


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607


@posix
@pytest.mark.parametrize(
    ("mode", "safe"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False)]
)
def test_files_that_other_users_can_read_are_unsafe(folder: Path, mode: int, safe: bool) -> None:
    for name in (".env", "app.sqlite"):
        (folder / name).touch()
        (folder / name).chmod(mode)
    lines = diagnose(folder, DATABASE_URL=f"sqlite:///{folder}/app.sqlite")[1]
    names = [line.split()[1] for line in lines if "chmod go=" in line]
    assert names == ([] if safe else ["DATABASE_URL", ".env"])


def test_a_key_in_a_file_of_the_code_is_unsafe(folder: Path) -> None:
    (folder / ".env.example").write_text(f"SECRET_KEY={KEY}\n")
    line = "unsafe: SECRET_KEY stands in .env.example. Set a new one, without fallbacks."
    assert diagnose(folder) == (1, [line])
    # As a fallback it is unsafe too.
    known = {"SECRET_KEY": OTHER_KEY, "SECRET_KEY_FALLBACKS": KEY}
    assert diagnose(folder, **known) == (1, [line])
    assert diagnose(folder, SECRET_KEY_FALLBACKS="") == (0, [])


@needs_git
def test_a_key_in_the_git_repository_is_unsafe(folder: Path) -> None:
    (folder / "compose.yaml").write_text(f"SECRET_KEY: {KEY}\n")
    (folder / ".env").touch(0o600)
    git(folder, "init", "--quiet")
    assert diagnose(folder) == (0, [])
    git(folder, "add", "compose.yaml", ".env")
    assert diagnose(folder)[1] == [
        "unsafe: SECRET_KEY stands in compose.yaml. Set a new one, without fallbacks.",
        "unsafe: .env is kept by git. Run `git rm --cached .env`, and change what it holds.",
    ]


@needs_git
def test_a_folder_of_another_system_user_is_checked_too(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not takes_safe_directories():
        pytest.skip("git before 2.38 takes no safe.directory from its command line")
    release, current = tmp_path / "release", tmp_path / "current"
    release.mkdir()
    current.symlink_to(release)
    (release / ".env").touch(0o600)
    git(release, "init", "--quiet")
    git(release, "add", ".env")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    # Your own git configuration may trust every folder: ignore it.
    for where in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(where, os.devnull)
    for root in (release, current):
        assert [found.variable for found in doctor.versioned(settings, root)] == [".env"]
