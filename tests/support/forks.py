"""Run pytest, flask and gunicorn, each in a fork that has the libraries already.

To import them takes longer than most of what is run. A program of its own, since it
needs the interpreter of the baked projects: it reads a line of JSON for each run and
answers with the status, or with the process id of what is to go on.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
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
    "gunicorn.app.wsgiapp gunicorn.arbiter gunicorn.workers.gthread html.parser "
    "itsdangerous jinja2.ext joserfc.jwt pyotp pythonjsonlogger.json segno smtplib "
    "sqlalchemy.dialects.postgresql sqlalchemy.dialects.sqlite sqlalchemy.orm sqlite3 "
    "ua_parser werkzeug.middleware.proxy_fix wtforms zxcvbn"
)

# Where each program begins.
PROGRAMS = {
    "flask": ("flask.cli", "main"),
    "gunicorn": ("gunicorn.app.wsgiapp", "run"),
}
Act = Callable[[dict[str, Any]], None]

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


def run_program(name: str, *arguments: str) -> None:
    # As the script finds the app beside it, in the folder that it runs in.
    script = Path(sys.executable).with_name(name)
    sys.path[0] = str(script.parent)
    sys.argv = [str(script), *arguments]
    module, function = PROGRAMS[name]
    getattr(importlib.import_module(module), function)()


def run_tests_or_program(order: dict[str, Any]) -> None:
    if "env" in order:
        run_program(*order["arguments"])
    else:
        run_pytest(order["folder"], order["arguments"])


def answer(order: dict[str, Any], act: Act) -> int | None:
    """Return what is asked for; as a status, nothing while it goes on."""
    if "status_of" in order:
        child, status = os.waitpid(order["status_of"], os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if child else None
    child = start(order, act)
    if "env" in order:
        return child
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def start(order: dict[str, Any], act: Act) -> int:
    """Return the process id of what runs; what it says goes into files."""
    child = os.fork()
    if child:
        return child
    for stream, name in enumerate(order["streams"]):
        os.dup2(os.open(name, WRITE if stream else os.O_RDONLY, 0o600), stream)
    os.chdir(order["folder"])
    if "env" in order:
        os.environ.clear()
        os.environ.update(order["env"])
        # Ctrl-C is heeded, even in the background of a shell.
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
    act(order)
    sys.exit()


def warm_up() -> None:
    """Import what every run needs, and let no run look for garbage in it."""
    for name in LIBRARIES.split():
        importlib.import_module(name)
    # It notes the folder and the home that it is imported in, so let it do so again.
    for name in [name for name in sys.modules if name.startswith("gunicorn.")]:
        del sys.modules[name]
    # Pytest imports its own modules with a hook of its own, so let it do so.
    with TemporaryDirectory() as empty, open(os.devnull, "w") as nowhere:
        with redirect_stdout(nowhere):
            alone = ["--disable-plugin-autoload", "-p", "time_machine"]
            pytest.main(["-p", "no:cacheprovider", *alone, "--rootdir", empty, empty])


def serve(act: Act) -> None:
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), act)), flush=True)


def main() -> None:
    warm_up()
    serve(run_tests_or_program)


if __name__ == "__main__":
    main()
