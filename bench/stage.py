"""Hold what every part needs: a folder, both variants baked, the cores to use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from tests.support.baking import CommandLine
from tests.support.running import clean_environment
from tests.support.template import AUTHS

from .server import Site
from .server import cores
from .server import pin


@dataclass
class Outcome:
    """Say what a part measured, and in one sentence each which bar was missed."""

    text: str
    missed: list[str] = field(default_factory=list)


class Stage:
    """Bake both variants once, for whichever parts are to be measured."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = clean_environment(folder)
        self.projects: dict[str, Path] = {}
        for auth in AUTHS:
            (folder / auth).mkdir()
            bake = CommandLine(self.env)
            self.projects[auth] = bake(folder / auth, auth=auth, parts="all")
        self.server_core: int | None
        self.our_core: int | None
        self.server_core, self.our_core = cores()

    def site(self, name: str, auth: str, app: str = "wsgi:app", url: str = "") -> Site:
        """Return an app on a database that no other part has; SQLite unless told."""
        url = url or f"sqlite:///{self.folder / name}.sqlite"
        return Site(self.projects[auth], app, url, self.env)

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Keep to our own core for a while, and leave the servers theirs."""
        allowed = None if self.our_core is None else os.sched_getaffinity(0)
        pin(0, self.our_core)
        try:
            yield
        finally:
            if allowed is not None:
                os.sched_setaffinity(0, allowed)
