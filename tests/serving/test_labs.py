"""The labs of the guide, followed to the letter, show what they say."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ..support.keeping_up import replace
from ..support.own_tests import Forks
from ..support.running import must
from ..support.running import run_in
from ..support.site import EMAIL
from ..support.site import Site
from ..support.template import ALIKE
from ..support.template import SLUG
from .conftest import OpenSite

pytestmark = pytest.mark.app

FENCE = re.compile(r"(?ms)^```(\w+) ?(.*?)\n(.*?)^```$")
PYTEST = ".venv/bin/python -m pytest "
HOST = "localhost:5000"


class Block(NamedTuple):
    language: str
    about: str
    text: str


class Lab(NamedTuple):
    """Hold the blocks that break, show and fix one default."""

    broken: list[Block]
    seen: list[Block]
    fixed: list[Block]


def blocks(text: str) -> list[Block]:
    return [Block(*found) for found in FENCE.findall(text)]


def read(folder: Path) -> tuple[list[Block], list[Lab]]:
    """Return the blocks that stand before the labs, and the labs."""
    text = (folder / "docs" / "guide-labs.md").read_text(encoding="utf-8")
    before, *labs = text.split("\n## ")
    parts = [[blocks(part) for part in lab.split("\n### ")] for lab in labs]
    assert [len(lab[0]) for lab in parts] == [0, 0, 0]
    return blocks(before), [Lab(*lab[1:]) for lab in parts]


def apply(folder: Path, block: Block, *, undo: bool = False) -> None:
    """Make the change that a diff shows, where this kind of app has the file."""
    file = folder / SLUG / block.about
    if not file.exists():
        return
    lines = block.text.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if not line.startswith("+"))
    new = "".join(line[1:] for line in lines if not line.startswith("-"))
    replace(file, *((new, old) if undo else (old, new)))


class Reader:
    """Follow the blocks of a lab in a project, and compare what they print."""

    def __init__(self, site: Site, auth: str, forks: Forks, env: dict[str, str]):
        self._site = site
        self._auth = auth
        self._forks = forks
        self._env = env
        self._port = 0
        self._said = ""

    def follow(self, lab: list[Block], *, red: bool) -> None:
        """Serve the app as it is now, run the commands, expect what stands below."""
        server = self._site.develop(reloading=False)
        self._port = server.port
        for block in lab:
            if block.language == "console":
                lines = block.text.splitlines()
                self._said = "".join(self._run(line, red) for line in lines)
            elif block.language == "text" and block.about in {"", self._auth}:
                self._expect(block.text)
        server.close()

    def _run(self, line: str, red: bool) -> str:
        if line.startswith(PYTEST):
            tests = line.removeprefix(PYTEST).split()
            status, said = self._forks.run(self._site.folder, *tests)
            assert status == red, said
            return said
        words = shlex.split(line.replace(HOST, f"localhost:{self._port}"))
        return must(run_in(self._site.folder, *words, env=self._env))

    def _expect(self, text: str) -> None:
        for line in text.splitlines():
            pattern = re.escape(line).replace("…", "[^;]+")
            assert re.search(f"(?m){pattern}$", self._said), (line, self._said)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("auth", ALIKE)
def test_each_lab_breaks_shows_and_fixes_what_it_says(
    auth: str, number: int, open_site: OpenSite, forks: Forks, env: dict[str, str]
) -> None:
    site = open_site(auth, "all")
    site.hash_cheaply()
    lab = read(site.folder)[1][number - 1]
    reader = Reader(site, auth, forks, env)

    for block in lab.broken:
        apply(site.folder, block)
    reader.follow(lab.seen, red=True)

    changes = [block for block in lab.fixed if block.language == "diff"]
    for block in changes or lab.broken:
        apply(site.folder, block, undo=not changes)
    reader.follow(lab.fixed, red=False)


def test_the_labs_use_the_account_that_they_begin_with(
    baked: Callable[..., Path],
) -> None:
    (first,), labs = read(baked(auth="session"))

    assert first.text == f".venv/bin/flask user create {EMAIL} --name Ana\n"
    assert len(labs) == 3
