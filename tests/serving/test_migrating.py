"""Two hosts that migrate at once make the tables once, and both go on."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from ..support.postgres import Postgres
from ..support.running import must
from ..support.site import SERVED
from ..support.site import Site
from .conftest import OpenSite

pytestmark = pytest.mark.app


def test_two_upgrades_at_once(open_site: OpenSite) -> None:
    site = open_site("session", "all")
    shutil.rmtree(site.folder / "instance")
    check_two_upgrades(site, SERVED)


def test_two_upgrades_at_once_on_postgresql(
    open_site: OpenSite, database_server: Postgres
) -> None:
    url = database_server.new_database("migrating")
    check_two_upgrades(open_site("session", "all"), {**SERVED, "DATABASE_URL": url})


def check_two_upgrades(site: Site, served: dict[str, str]) -> None:
    with ThreadPoolExecutor(2) as hosts:
        upgrade = ["flask", "db", "upgrade"]
        done = [hosts.submit(site.run, *upgrade, **served) for _ in range(2)]
        said = [one.result() for one in done]
    for one in said:
        must(one)
    steps = "".join(one.stdout + one.stderr for one in said).count("Running upgrade")
    revisions = list((site.folder / "migrations").glob("*.py"))
    assert steps == len(revisions)
    assert "(head)" in must(site.run("flask", "db", "current", **served))
