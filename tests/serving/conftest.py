"""Share baked projects that are ready to serve."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support.own_tests import Forks
from ..support.postgres import Postgres
from ..support.programs import needed
from ..support.site import FOLDER
from ..support.site import Site

OpenSite = Callable[..., Site]


@pytest.fixture
def open_site(
    upgraded: Callable[..., Path],
    app_python: Path,
    forks: Forks,
    env: dict[str, str],
    tmp_path: Path,
) -> Iterator[OpenSite]:
    """Return a function that copies a project with its tables and an account.

    Without parts it starts sooner, and most tests here ask about none.
    """
    sites: list[Site] = []

    def copy(auth: str, parts: str = "none", *, forked: bool = True) -> Site:
        folder = tmp_path / FOLDER
        shutil.copytree(upgraded(auth, parts), folder)
        sites.append(Site(folder, env, app_python.parent, forks if forked else None))
        return sites[-1]

    yield copy
    for site in sites:
        site.close()


@pytest.fixture(scope="session")
def database_server() -> Iterator[Postgres]:
    """Return a PostgreSQL that runs."""
    server = Postgres(Path(needed("initdb", "postgresql")).resolve().parent)
    try:
        server.start()
        yield server
    finally:
        server.close()
