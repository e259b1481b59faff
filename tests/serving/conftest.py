"""Share baked projects that are ready to serve."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..running import clean_environment
from ..running import must
from .site import SERVED
from .site import Site

# Nobody's folder has a plain name.
FOLDER = "Olá, 100% mine"

OpenSite = Callable[[str], Site]


@pytest.fixture(scope="session")
def upgraded(
    baked: Callable[..., Path],
    app_python: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Path]:
    """Return a function that gives a project of each kind its tables, once."""
    projects: dict[str, Path] = {}

    def upgrade(auth: str) -> Path:
        if auth not in projects:
            folder = tmp_path_factory.mktemp("upgraded") / FOLDER
            shutil.copytree(baked(auth=auth), folder)
            env = clean_environment(tmp_path_factory.mktemp("home"))
            site = Site(folder, env, app_python.parent)
            must(site.run("flask", "db", "upgrade", **SERVED))
            projects[auth] = folder
        return projects[auth]

    return upgrade


@pytest.fixture
def open_site(
    upgraded: Callable[[str], Path],
    app_python: Path,
    env: dict[str, str],
    tmp_path: Path,
) -> Iterator[OpenSite]:
    """Return a function that copies a project whose tables are made."""
    sites: list[Site] = []

    def copy(auth: str) -> Site:
        folder = tmp_path / FOLDER
        shutil.copytree(upgraded(auth), folder)
        (folder / ".env").unlink()
        sites.append(Site(folder, env, app_python.parent))
        return sites[-1]

    yield copy
    for site in sites:
        site.close()
