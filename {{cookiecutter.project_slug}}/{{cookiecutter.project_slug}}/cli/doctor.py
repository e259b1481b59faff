"""Look at the settings that serving would use, and say what is unsafe, with the cure."""

import os
import re
import string
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from flask import Flask

from .. import config
from ..config import Settings
from ..core import db
from ..core.checks import LONGEST, check_migrations, refusals, risks
from ..core.db import migrations
from ..core.environ import ConfigError

ROOT = Path(__file__).parent.parent.parent
LOOKED_AT = ["FLASK_DEBUG", "SECRET_KEY", "PUBLIC_URL", "TRUSTED_PROXIES", "MAIL_URL", "MAIL_FROM"]
LOOKED_AT += ["DATABASE_URL", *LONGEST, ".env"]
# For a key that was refused: it signs nothing, and no file holds it.
STAND_IN = string.printable.strip()
# Variables by which these hosts are known. Their machines keep no files, and share none.
FORGETFUL = {"DYNO": "Heroku", "K_SERVICE": "Cloud Run"}
Problems = Iterator[ConfigError]


@click.command("doctor")
def command() -> None:
    """Say what is unsafe to serve; the status is 1 if anything is."""
    settings, problems = read(os.environ)
    # What stands in for a value that was refused says nothing.
    refused = {problem.variable for problem in problems}
    problems += [p for p in find(settings, os.environ, ROOT) if p.variable not in refused]
    for problem in problems:
        click.echo(f"unsafe: {problem}")
    if settings.database_url.startswith("sqlite"):
        click.echo("info: DATABASE_URL is SQLite: one machine can serve it, never two.")
    for name in LOOKED_AT:
        if not any(problem.variable.startswith(name) for problem in problems):
            click.echo(f"ok: {name}")
    if problems:
        raise SystemExit(1)


def read(variables: Mapping[str, str]) -> tuple[Settings, list[ConfigError]]:
    """Return settings and what was refused: in its place stands the default."""
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
        problem = f"is SQLite, whose file {named[0]} does not keep: take PostgreSQL."
        yield ConfigError("DATABASE_URL", problem)
    yield from database(settings)
    yield from readable(root / ".env", ".env", "can be read by others")


def versioned(settings: Settings, root: Path) -> Problems:
    """Tell of a key that goes wherever the code goes, and of the file of keys itself."""
    keys = (settings.secret_key, *settings.secret_key_fallbacks)
    # By standard input: everybody on this machine sees the arguments of a program.
    files = set(_git(root, "grep", "-lF", "-f", "-", typed="\n".join(keys)))
    if any(key in _read(root / ".env.example") for key in keys):
        files.add(".env.example")
    for file in sorted(files):
        yield ConfigError("SECRET_KEY", f"stands in {file}. Set a new one, without fallbacks.")
    if _git(root, "ls-files", ".env"):
        problem = "is kept by git. Run `git rm --cached .env`, and change what it holds."
        yield ConfigError(".env", problem)


def database(settings: Settings) -> Problems:
    """Ask the database itself, by an app that is nothing but its settings."""
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
        # Whatever a driver raises; what it says might hold a part of the password.
        what = "names a database that does not answer. See that it runs, and where."
        yield ConfigError("DATABASE_URL", what)


def _ask_database() -> Problems:
    engine = db.db.engine
    if engine.dialect.name == "sqlite":
        file = Path(engine.url.database or "")
        # To connect would make the file.
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
        yield ConfigError(variable, f"{what}. Run `chmod go= {file.name}` where it lies.")


def _git(root: Path, *arguments: str, typed: str = "") -> list[str]:
    """Return the lines that git prints: none without git, or outside of a repository."""
    # Else git would say nothing of a folder whose owner is somebody else.
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
