"""Run commands, and read their output and their effects."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from dotenv import dotenv_values
from dotenv.cli import cli as dotenv
from flask import Flask

from {{ cookiecutter.project_slug }}.cli import doctor, secret
from {{ cookiecutter.project_slug }}.config import Settings
from {{ cookiecutter.project_slug }}.core.environ import Environ

from .http import Browser
from .settings import fit_to_serve, project_file, run_flask, serve
from .sql import rows


def run(app: Flask, *args: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=["user", *args], input=typed)


def events(app: Flask) -> list[str]:
    """Return the kinds of the events that came from the command line."""
    found = rows(app, "SELECT kind, client FROM events ORDER BY id")
    return [row["kind"] for row in found if row["client"] == "command line"]


def said(done: Result) -> str:
    """Return the error sentence of a command."""
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert done.output.count("\n") == 1
    return done.output.removeprefix("Error: ").rstrip("\n")


@dataclass
class Site:
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / ".env"

    @property
    def key(self) -> str:
        return self._read().secret_key()

    @property
    def fallbacks(self) -> tuple[str, ...]:
        return self._read().fallback_keys()

    def run(self, *args: str, **variables: str) -> Result:
        """Run a `flask` command as a new process would."""
        self._forget()
        return run_flask(self.folder, *args, **variables)[0]

    def follow(self, command: list[str]) -> Result:
        """Run a command from a document."""
        program, *args = command
        if program == "dotenv":
            return CliRunner().invoke(dotenv, ["--file", str(self.file), *args])
        return self.run(*args)

    def start(self, **variables: str) -> Flask:
        """Start a worker; earlier workers keep the keys they have read."""
        self._forget()
        return serve(self.folder, **variables)

    def _forget(self) -> None:
        # The last process has read these from .env.
        for name in secret.KEYS:
            os.environ.pop(name, None)

    def _read(self) -> Environ:
        return Environ({name: text or "" for name, text in dotenv_values(self.file).items()})


@contextmanager
def serving(settings: Settings, folder: Path) -> Iterator[Site]:
    with fit_to_serve(settings, folder), pytest.MonkeyPatch.context() as patch:
        patch.setattr(secret, "ENV_FILE", folder / ".env")
        # A mail server must be set, or no link can be requested; no test sends by it.
        patch.setitem(os.environ, "MAIL_URL", "smtp://localhost:1")
        site = Site(folder)
        site.file.write_text(f"SECRET_KEY={settings.secret_key.replace(' ', '_')}\n")
        yield site


def commands(document: str, section: int) -> list[list[str]]:
    """Return the commands in a section of a document."""
    text = project_file(f"docs/{document}").read_text(encoding="utf-8").split("\n## ")[section]
    blocks = re.findall("```console\n(.*?)```", text, re.DOTALL)
    lines = [line.removeprefix(".venv/bin/") for line in "".join(blocks).splitlines()]
    assert all(line.startswith(("flask ", "dotenv ")) for line in lines)
    return [line.split() for line in lines]


def moved(client: Browser, app: Flask) -> Browser:
    """Return a browser with the same cookies on another worker."""
    browser = Browser(app)
    browser.keep(client.jar())
    return browser


@contextmanager
def a_project(settings: Settings, folder: Path) -> Iterator[Path]:
    """Turn a folder into a project from which an app can be served."""
    with fit_to_serve(settings, folder), pytest.MonkeyPatch.context() as patch:
        patch.setattr(doctor, "ROOT", folder)
        yield folder


def diagnose(folder: Path, **variables: str) -> tuple[int, list[str]]:
    """Return the exit status of `flask doctor`, and its lines about unsafe settings."""
    done, _ = run_flask(folder, "doctor", **{"TRUSTED_PROXIES": "1", **variables})
    lines = done.output.splitlines()
    assert all(line.startswith(("unsafe: ", "info: ", "ok: ")) for line in lines), done.output
    return done.exit_code, [line for line in lines if line.startswith("unsafe: ")]
