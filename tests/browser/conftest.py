"""Share one browser, and one server for each variant, among all that a worker tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ..support.mail_sink import MailSink
from ..support.own_tests import Forks
from ..support.running import clean_environment
from ..support.site import FOLDER
from ..support.site import Site
from . import chromium
from .live import Live

NewSite = Callable[[str], Site]
OpenLive = Callable[[str], Live]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium.find()
    if program is None:
        # Nobody reads what CI skipped.
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(chromium.MISSING)
    with chromium.start(program) as browser:
        yield browser


@pytest.fixture(scope="session")
def new_site(
    upgraded: Callable[..., Path],
    app_python: Path,
    forks: Forks,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[NewSite]:
    """Return a function that copies a project with its tables; it hashes cheaply."""
    sites: list[Site] = []

    def copy(auth: str) -> Site:
        folder = tmp_path_factory.mktemp("site") / FOLDER
        shutil.copytree(upgraded(auth), folder)
        env = clean_environment(tmp_path_factory.mktemp("home"))
        sites.append(Site(folder, env, app_python.parent, forks))
        sites[-1].hash_cheaply()
        return sites[-1]

    yield copy
    for site in sites:
        site.close()


@pytest.fixture(scope="session")
def live(browser: Browser, new_site: NewSite) -> Iterator[OpenLive]:
    """Return a function that serves a variant, once."""
    served: dict[str, Live] = {}
    with MailSink() as sink:

        def serve(auth: str) -> Live:
            if auth not in served:
                served[auth] = Live(browser, new_site(auth), sink)
            return served[auth]

        yield serve
