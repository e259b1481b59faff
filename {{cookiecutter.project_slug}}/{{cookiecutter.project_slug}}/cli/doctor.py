"""Check the settings for production: report what is unsafe, and how to fix it."""

import os
import re
import string
import subprocess
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

import click
from flask import Flask, current_app

from .. import config
from ..auth.parts import Part
from ..config import Settings
from ..core import db
from ..core.checks import LONGEST, check_migrations, refusals, risks
from ..core.db import migrations
from ..core.environ import ConfigError

ROOT = Path(__file__).parent.parent.parent
LOOKED_AT = ["FLASK_DEBUG", "SECRET_KEY", "PUBLIC_URL", "TRUSTED_PROXIES", "MAIL_URL", "MAIL_FROM"]
LOOKED_AT += ["DATABASE_URL", *LONGEST, ".env"]
# Placeholder for a refused key: it signs nothing, and no file contains it.
STAND_IN = string.printable.strip()
# Variables that identify these hosts. Their machines neither keep files nor share them.
FORGETFUL = {"DYNO": "Heroku", "K_SERVICE": "Cloud Run"}
Problems = Iterator[ConfigError]


@click.command("doctor")
def command() -> None:
    """Report unsafe settings; the exit status is 1 if there are any."""
    settings, problems = read(os.environ)
    # Skip problems of a placeholder: its value was refused already.
    refused = {problem.variable for problem in problems}
    problems += [p for p in find(settings, os.environ, ROOT) if p.variable not in refused]
    for problem in problems:
        click.echo(f"unsafe: {problem}")
    if settings.database_url.startswith("sqlite"):
        click.echo("info: DATABASE_URL is SQLite: only one machine can serve it.")
    # An app with refused settings has no parts.
    parts: list[Part] = current_app.extensions.get("parts", [])
    for remark in chain.from_iterable(part.remarks(settings) for part in parts if part.remarks):
        click.echo(f"info: {remark}")
    for name in LOOKED_AT:
        if not any(problem.variable.startswith(name) for problem in problems):
            click.echo(f"ok: {name}")
    if problems:
        raise SystemExit(1)


def read(variables: Mapping[str, str]) -> tuple[Settings, list[ConfigError]]:
    """Return settings, with defaults in place of refused values, and the refusals."""
    left = {name: text for name, text in variables.items() if text.strip()}
    refused: list[ConfigError] = []
    while True:
        try:
            return Settings.from_environ(left), refused
        except ConfigError as error:
            refused.append(error)
            left.pop(error.variable, None)
            if "SECRET_KEY_FILE" not in left:
                left.setdefault("SECRET_KEY", STAND_IN)


def find(settings: Settings, variables: Mapping[str, str], root: Path) -> Problems:
    """Yield everything that is unsafe."""
    yield from refusals(settings)
    yield from versioned(settings, root)
    gunicorn = f"{_read(root / 'gunicorn.conf.py')}\n{variables.get('GUNICORN_CMD_ARGS', '')}"
    certificate = re.search("(^|--)certfile", gunicorn, re.MULTILINE)
    yield from risks(settings, has_certificate=certificate is not None)
    named = [platform for name, platform in FORGETFUL.items() if variables.get(name)]
    if named and settings.database_url.startswith("sqlite"):
        problem = f"is SQLite, whose file {named[0]} does not keep: use PostgreSQL."
        yield ConfigError("DATABASE_URL", problem)
    yield from database(settings)
    yield from readable(root / ".env", ".env", "can be read by others")


def versioned(settings: Settings, root: Path) -> Problems:
    """Report a key that is in version control, and a committed .env."""
    keys = (settings.secret_key, *settings.secret_key_fallbacks)
    # Through standard input: every user of this machine can see a program's arguments.
    files = set(_git(root, "grep", "-lF", "-f", "-", typed="\n".join(keys)))
    if any(key in _read(root / ".env.example") for key in keys):
        files.add(".env.example")
    for file in sorted(files):
        yield ConfigError("SECRET_KEY", f"stands in {file}. Set a new one, without fallbacks.")
    if _git(root, "ls-files", ".env"):
        problem = "is kept by git. Run `git rm --cached .env`, and change what it holds."
        yield ConfigError(".env", problem)


def database(settings: Settings) -> Problems:
    """Check the database itself, through an app with nothing but its settings."""
    app = Flask(__name__.partition(".")[0])
    try:
        config.init_app(app, settings)
        db.init_app(app)
        migrations.init_app(app)
        with app.app_context():
            yield from _ask_database()
    except ConfigError as problem:
        yield problem
    except Exception:
        # Drivers raise errors of any kind, whose text may contain part of the password.
        what = "names a database that does not respond. Check that it runs, and where."
        yield ConfigError("DATABASE_URL", what)


def _ask_database() -> Problems:
    engine = db.db.engine
    if engine.dialect.name == "sqlite":
        file = Path(engine.url.database or "")
        # Connecting would create the file.
        if not file.exists():
            raise ConfigError("DATABASE_URL", "names a missing file. Run `flask db upgrade`.")
        yield from readable(file, "DATABASE_URL", "names a file that others can read")
    try:
        check_migrations()
    finally:
        engine.dispose()


def readable(file: Path, variable: str, what: str) -> Problems:
    # Windows has no such modes.
    if os.name == "posix" and file.is_file() and file.stat().st_mode & 0o077:
        yield ConfigError(variable, f"{what}. Run `chmod go= {file.name}` in its folder.")


def _git(root: Path, *arguments: str, typed: str = "") -> list[str]:
    """Return the lines that git prints; none without git, or outside a repository."""
    # Otherwise git refuses to read a folder that another user owns.
    ours = f"safe.directory={root.resolve().as_posix()}"
    command = ["git", "-c", ours, "-C", str(root), *arguments]
    lines = typed.encode(errors="surrogateescape")
    try:
        done = subprocess.run(command, input=lines, capture_output=True)  # noqa: S603
    except OSError:
        return []
    return done.stdout.decode(errors="replace").splitlines()


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
