"""Run pytest and flask in many projects, each in a fork that has the libraries already.

To import them takes longer than most of what is run. A program of its own, since it
needs the interpreter of the baked projects: it reads a line of JSON for each run and
answers with the status.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

# What the projects import; no plugin of pytest, which it wants to import by itself.
LIBRARIES = (
    "alembic.command argon2 authlib.integrations.requests_client authlib.oidc.core "
    "babel.messages.extract babel.messages.mofile babel.messages.pofile babel.support "
    "concurrent.futures.thread cryptography.fernet "
    "cryptography.hazmat.primitives.kdf.hkdf dotenv.cli email.policy email_validator "
    "fido2.server flask flask.testing flask_alembic.cli flask_sqlalchemy_lite "
    "html.parser itsdangerous jinja2.ext joserfc.jwt pyotp pythonjsonlogger.json segno "
    "smtplib sqlalchemy.dialects.postgresql sqlalchemy.dialects.sqlite sqlalchemy.orm "
    "sqlite3 ua_parser werkzeug.middleware.proxy_fix wtforms zxcvbn"
)

# Two streams may go into one file.
WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def run_pytest(folder: str, arguments: list[str]) -> None:
    # By its age and size, that of one broken file could pass for that of the next.
    sys.dont_write_bytecode = "--collect-only" not in arguments
    # As `python -m pytest` finds the package beside its tests.
    sys.path[0] = folder
    status = pytest.main(arguments)
    sys.stdout.flush()
    os._exit(status)


def run_flask(arguments: list[str]) -> None:
    # As the script finds the app beside it, in the folder that it runs in.
    script = Path(sys.executable).with_name("flask")
    sys.path[0] = str(script.parent)
    sys.argv = [str(script), *arguments]
    importlib.import_module("flask.cli").main()


def run_tests_or_flask(order: dict[str, Any]) -> None:
    if "env" in order:
        run_flask(order["arguments"])
    else:
        run_pytest(order["folder"], order["arguments"])


def run(order: dict[str, Any], act: Callable[[dict[str, Any]], None]) -> int:
    """Return the status; what is said goes into files."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    for stream, name in enumerate(order["streams"]):
        os.dup2(os.open(name, WRITE if stream else os.O_RDONLY, 0o600), stream)
    os.chdir(order["folder"])
    if "env" in order:
        os.environ.clear()
        os.environ.update(order["env"])
    act(order)
    sys.exit()


def warm_up() -> None:
    """Import what every run needs, and let no run look for garbage in it."""
    for name in LIBRARIES.split():
        importlib.import_module(name)
    # Pytest imports its own modules with a hook of its own, so let it do so.
    with TemporaryDirectory() as empty, open(os.devnull, "w") as nowhere:
        with redirect_stdout(nowhere):
            alone = ["--disable-plugin-autoload", "-p", "time_machine"]
            pytest.main(["-p", "no:cacheprovider", *alone, "--rootdir", empty, empty])


def serve(act: Callable[[dict[str, Any]], None]) -> None:
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        print(run(json.loads(line), act), flush=True)


def main() -> None:
    warm_up()
    serve(run_tests_or_flask)


if __name__ == "__main__":
    main()
