"""A site moves from SQLite to PostgreSQL as its document says, and goes on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ..support.postgres import Postgres
from ..support.running import must
from ..support.site import EMAIL
from ..support.site import PASSWORD
from ..support.site import SERVED
from ..support.site import Site
from ..support.template import ALIKE
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

SCRIPT = "copy_to_postgresql.py"
COMMAND = f".venv/bin/python {SCRIPT}"


def written(folder: Path) -> str:
    """Return the script in the document, which also says how to run it."""
    text = (folder / "docs" / "to-postgresql.md").read_text(encoding="utf-8")
    assert f"```console\n{COMMAND}\n```" in text
    (script,) = re.findall(r"(?ms)^```python\n(.*?)^```$", text)
    return str(script)


def count(database_server: Postgres, name: str, table: str) -> int:
    return int(database_server.ask(f"SELECT count(*) FROM {table}", name))


@pytest.mark.parametrize("auth", ALIKE)
def test_everybody_is_still_there_and_signed_in(
    auth: str, open_site: OpenSite, database_server: Postgres
) -> None:
    site = open_site(auth, "all")
    visitor = Visitor(site.serve().port)
    assert visitor.login(EMAIL, PASSWORD).status == 303
    site.close()
    name = f"moved_{auth}"
    url = database_server.new_database(name)
    served = {**SERVED, "DATABASE_URL": url}
    site.flask("db", "upgrade", **served)

    script = written(site.folder)
    (site.folder / SCRIPT).write_text(script, encoding="utf-8")
    said = must(site.run("python", SCRIPT, **SERVED, NEW_DATABASE=url))

    assert "users: 1\n" in said
    assert "not copied: alembic_version\n" in said
    events = count(database_server, name, "events")
    assert site.query("SELECT count(*) FROM events") == [(events,)]
    moved = Visitor(site.serve(served).port)
    moved.cookies = visitor.cookies
    assert "Hello, Ana" in moved.get("/").text
    # New rows get new numbers: with a sequence that stayed behind, each of these fails.
    site.add_account(served, "bob@example.com")
    assert moved.login("bob@example.com", PASSWORD).status == 303
    assert count(database_server, name, "events") == events + 2
    fail_twice(site, served, script, url)


def fail_twice(site: Site, served: dict[str, str], script: str, url: str) -> None:
    """Copied once more, nothing is changed: the numbers are taken."""
    again = site.run("python", SCRIPT, **SERVED, NEW_DATABASE=url)
    assert again.returncode != 0
    assert "IntegrityError" in again.stderr
