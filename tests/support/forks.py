"""Run pytest in many projects, each time in a fork that has the libraries already.

To import them takes longer than most of what is run. A program of its own, since it
needs the interpreter of the baked projects: it reads a line of JSON for each run and
answers with pytest's status.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

# What the projects import; no plugin of pytest, which it wants to import by itself.
LIBRARIES = (
    "alembic.command argon2 babel.messages.extract babel.messages.mofile "
    "babel.messages.pofile babel.support concurrent.futures.thread "
    "cryptography.fernet cryptography.hazmat.primitives.kdf.hkdf dotenv.cli "
    "email.policy email_validator fido2.server flask flask.testing "
    "flask_alembic.cli flask_sqlalchemy_lite html.parser itsdangerous jinja2.ext "
    "pyotp pythonjsonlogger.json segno smtplib sqlalchemy.dialects.postgresql "
    "sqlalchemy.dialects.sqlite sqlalchemy.orm sqlite3 ua_parser "
    "werkzeug.middleware.proxy_fix wtforms zxcvbn"
)


def run(folder: str, arguments: list[str], log: str) -> int:
    """Return pytest's status; what it says goes into a file."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    output = os.open(log, os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(folder)
    # By its age and size, that of one broken file could pass for that of the next.
    sys.dont_write_bytecode = "--collect-only" not in arguments
    # As `python -m pytest` finds the package beside its tests.
    sys.path[0] = folder
    status = pytest.main(arguments)
    sys.stdout.flush()
    os._exit(status)


def warm_up() -> None:
    """Import what every run needs, and let no run look for garbage in it."""
    for name in LIBRARIES.split():
        importlib.import_module(name)
    # Pytest imports its own modules with a hook of its own, so let it do so.
    with TemporaryDirectory() as empty, open(os.devnull, "w") as nowhere:
        with redirect_stdout(nowhere):
            alone = ["--disable-plugin-autoload", "-p", "time_machine"]
            pytest.main(["-p", "no:cacheprovider", *alone, "--rootdir", empty, empty])
    gc.collect()
    gc.freeze()


def main() -> None:
    warm_up()
    for line in sys.stdin:
        order = json.loads(line)
        Path(order["log"]).unlink(missing_ok=True)
        print(run(order["folder"], order["arguments"], order["log"]), flush=True)


if __name__ == "__main__":
    main()
