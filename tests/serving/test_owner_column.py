"""An owner adds a column to users, by the commands that the README names."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from ..support.postgres import Postgres
from ..support.site import EMAIL
from ..support.site import SERVED
from ..support.site import Site
from ..support.template import SLUG
from .conftest import OpenSite

# Two ways to write one default: what the second adds is small.
DEFAULTS = ["false()", pytest.param('"0"', marks=pytest.mark.long)]

pytestmark = pytest.mark.app

AFTER = "    disabled_at: Mapped[datetime | None]\n"
IMPORTED = "from sqlalchemy import "
WITH_DEFAULT = "    is_admin: Mapped[bool] = mapped_column(server_default={})\n"


def add_column(site: Site, line: str) -> None:
    file = site.folder / SLUG / "models.py"
    text = file.read_text(encoding="utf-8")
    assert text.count(AFTER) == 1
    text = text.replace(AFTER, AFTER + line).replace(IMPORTED, f"{IMPORTED}false, ", 1)
    file.write_text(text, encoding="utf-8")


def revise(site: Site, served: dict[str, str], default: str) -> None:
    add_column(site, WITH_DEFAULT.format(default))
    site.flask("db", "revision", "Admins", **served)
    (written,) = (site.folder / "migrations").glob("*_admins.py")
    assert "is_admin" in written.read_text(encoding="utf-8")
    site.flask("db", "upgrade", **served)
    # Nothing is left to be done, by the very next revision either.
    # A revision's id is the second it is made in.
    time.sleep(1)
    site.flask("db", "revision", "Nothing", **served)
    (second,) = (site.folder / "migrations").glob("*_nothing.py")
    assert "op." not in second.read_text(encoding="utf-8").replace(
        "alembic import op", ""
    )


@pytest.mark.parametrize("default", DEFAULTS)
def test_it_gets_its_column_and_no_number_is_given_twice(
    default: str, open_site: OpenSite
) -> None:
    site = open_site("session")
    site.add_account(SERVED, "bob@example.com")
    site.flask("user", "delete", "bob@example.com", **SERVED)
    revise(site, SERVED, default)
    ((table,),) = site.query("SELECT sql FROM sqlite_master WHERE name = 'users'")
    assert "AUTOINCREMENT" in str(table)
    site.add_account(SERVED, "eve@example.com")
    found = site.query("SELECT id, email, is_admin FROM users ORDER BY id")
    assert found == [(1, EMAIL, 0), (3, "eve@example.com", 0)]


@pytest.mark.parametrize("default", DEFAULTS)
def test_it_gets_its_column_on_postgresql(
    default: str, open_site: OpenSite, database_server: Postgres
) -> None:
    name = f"column_{default.strip('()').strip(chr(34))}"
    served = {**SERVED, "DATABASE_URL": database_server.new_database(name)}
    site = open_site("session")
    site.flask("db", "upgrade", **served)
    site.add_account(served)
    revise(site, served, default)
    found = database_server.ask("SELECT email, is_admin FROM users", name)
    assert found == f"{EMAIL}|f"


def test_a_migration_written_on_sqlite_runs_on_postgresql(
    open_site: OpenSite, database_server: Postgres
) -> None:
    """Owners develop on SQLite, and find out on the server."""
    site = open_site("session")
    revise(site, SERVED, "false()")
    url = database_server.new_database("written_on_sqlite")
    served = {**SERVED, "DATABASE_URL": url}
    site.flask("db", "upgrade", **served)
    site.add_account(served)
    found = database_server.ask("SELECT is_admin FROM users", "written_on_sqlite")
    assert found == "f"


def test_one_without_a_default_is_refused_with_the_cure(open_site: OpenSite) -> None:
    site = open_site("session")
    before = set((site.folder / "migrations").iterdir())
    add_column(site, "    is_admin: Mapped[bool]\n")
    done = site.run("flask", "db", "revision", "Admins", **SERVED)
    assert done.returncode != 0
    # What stands before it is of Alembic's search for differences.
    assert done.stderr.splitlines()[-1].startswith(
        "Error: users.is_admin may not be NULL"
    )
    assert "Traceback" not in done.stderr
    assert set((site.folder / "migrations").iterdir()) == before


def test_a_folder_may_have_any_name(open_site: OpenSite, tmp_path: Path) -> None:
    """Alembic splits a path at its colons, and then finds no migration at all."""
    site = open_site("session")
    odd = tmp_path / "v: x; 100% mine"
    shutil.move(site.folder, odd)
    shutil.rmtree(odd / "instance")
    site.folder = odd
    site.flask("db", "upgrade", **SERVED)
    site.add_account(SERVED)
    assert site.query("SELECT email FROM users") == [(EMAIL,)]
    revise(site, SERVED, "false()")
