"""What must not be served is not: one line with the cure, and an end within seconds."""

from __future__ import annotations

import os
import shutil
import stat

import pytest

from ..support.running import must
from ..support.running import tail
from ..support.site import ORIGIN
from ..support.site import SERVED
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

NO_KEY = "SECRET_KEY is missing. Run `flask secret new`, or set it to 48 random bytes."
USER = f"user {os.geteuid()}"
AWAY = (
    "DATABASE_URL names a database that does not respond. Check that it runs, and "
    "where: Connection refused."
)
# What is missing in development alone, where a worker imports wsgi.py as gunicorn does.
FOR_WORKERS = (
    " In development, a worker or a script calls `load_dotenv()` and"
    " `create_app(Settings.from_environ(os.environ))` instead of importing wsgi."
)
REFUSALS = {
    "no key": ({"SECRET_KEY": ""}, NO_KEY),
    "no address": (
        {"PUBLIC_URL": ""},
        "PUBLIC_URL is missing: set it to https:// and your host.",
    ),
    "console mail": (
        {"MAIL_URL": "console:"},
        "MAIL_URL is console: set it to a mail server or none:.",
    ),
    "debug": (
        {"FLASK_DEBUG": "1"},
        "FLASK_DEBUG is on, which exposes secrets: unset it.",
    ),
    "old database": (
        {"DATABASE_URL": "sqlite:///new.sqlite"},
        "DATABASE_URL names a database that lacks migrations. Run `flask db upgrade`.",
    ),
    "no database": ({"DATABASE_URL": "postgresql://app@127.0.0.1:1/app"}, AWAY),
    "no folder": (
        {"DATABASE_URL": "sqlite:////nowhere/app.sqlite"},
        f"DATABASE_URL needs the folder /nowhere, which {USER} does not find.",
    ),
}
# One that wsgi.py finds, and one that the app finds; --thorough tries all.
FOR_RUN = ("no address", "no folder")


@pytest.mark.parametrize("name", REFUSALS)
def test_gunicorn_ends_with_one_line(name: str, open_site: OpenSite) -> None:
    variables, line = REFUSALS[name]
    site = open_site("session")

    bind = "--bind=127.0.0.1:0"
    done = site.run("gunicorn", "wsgi:app", bind, **{**SERVED, **variables})

    assert done.returncode != 0, tail(done)
    hint = FOR_WORKERS if name in {"no address", "console mail"} else ""
    assert done.stdout + done.stderr == f"{line}{hint}\n"


# With debug on, `flask run` is development. It asks in the same place as gunicorn.
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in FOR_RUN else pytest.mark.long)
        for name in REFUSALS
        if name != "debug"
    ],
)
def test_flask_run_ends_with_one_line_that_names_make_run(
    name: str, open_site: OpenSite
) -> None:
    variables, line = REFUSALS[name]
    site = open_site("session")

    done = site.run("flask", "run", "--port=0", **{**SERVED, **variables})

    assert done.returncode != 0, tail(done)
    hint = "For development use `make run`, or `flask run --debug`."
    assert done.stdout + done.stderr == f"{line} {hint}\n"


@pytest.mark.parametrize("command", ["upgrade", "current"])
@pytest.mark.parametrize("name", ["no database", "no folder"])
def test_migrating_ends_with_one_line_as_well(
    name: str, command: str, open_site: OpenSite
) -> None:
    variables, line = REFUSALS[name]
    site = open_site("session")

    done = site.run("flask", "db", command, **{**SERVED, **variables})

    assert done.returncode != 0, tail(done)
    assert done.stdout + done.stderr == f"Error: {line}\n"


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_an_env_file_that_is_not_utf_8_is_named(
    encoding: str, open_site: OpenSite
) -> None:
    """Windows PowerShell writes UTF-16, unless it is told otherwise."""
    site = open_site("session")
    file = site.folder / ".env"
    file.write_text("MAIL_FROM=olá@example.com\n", encoding=encoding)

    done = site.run("gunicorn", "wsgi:app", "--bind=127.0.0.1:0", **SERVED)

    assert done.returncode != 0, tail(done)
    assert done.stdout + done.stderr == ".env is not UTF-8: save it as UTF-8.\n"


def test_the_commands_that_the_lines_name_are_the_cure(open_site: OpenSite) -> None:
    site = open_site("cookie")
    shutil.rmtree(site.folder / "instance")
    env = site.folder / ".env"

    refused = site.run("flask", "db", "upgrade")
    assert refused.returncode != 0, tail(refused)
    assert refused.stderr == f"Error: {NO_KEY}\n"
    must(site.run("flask", "secret", "new"))
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    # Neither an address nor a mail server is needed to migrate.
    must(site.run("flask", "db", "upgrade"))

    server = site.serve({"PUBLIC_URL": ORIGIN, "MAIL_URL": "none:"})
    assert Visitor(server.port).get("/healthz").status == 200
