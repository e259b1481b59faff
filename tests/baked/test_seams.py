"""Each seam of a project does what its document says, and turns no test red."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support.environment import apart
from ..support.keeping_up import replace
from ..support.own_tests import Forks
from ..support.owner import Owned
from ..support.recipes import Recipe
from ..support.recipes import follow
from ..support.recipes import read
from ..support.running import clean_environment
from ..support.seams_asked import QUESTIONS
from ..support.template import ALIKE
from ..support.template import LANGUAGES
from ..support.template import SLUG

# They look at all pages, tables, texts and headers.
WIDE = ("core", "auth/test_guards.py", "auth/test_accounts.py", "test_pages.py")
OPENED = '"pages.prices", "portal.leave", "portal.come_back"'
AT_MOST = 60


def seams(project: Path) -> list[Recipe]:
    return read(project / "docs" / "seams.md")


@pytest.fixture(scope="module", params=ALIKE)
def followed(
    request: pytest.FixtureRequest,
    compiled: Callable[[str], Path],
    app_python: Path,
    forks: Forks,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Owned]:
    """Return a project in which all seams were used."""
    folder = tmp_path_factory.mktemp("seams") / "project"
    shutil.copytree(compiled(request.param), folder)
    env = clean_environment(tmp_path_factory.mktemp("home"))
    owned = Owned(folder, env, app_python, forks)
    replace(
        folder / "tests" / "test_pages.py", '"pages.home"}', f'"pages.home", {OPENED}}}'
    )
    for seam in seams(folder):
        follow(folder, seam, lambda line: None)
    (folder / "huey").symlink_to(apart("huey==3.5.4") / "huey")
    # It names what it puts in place of what.
    (new, old), *_ = re.findall(
        r'`("form-action [^`]+")`[^`]+`("form-action [^`]+")`', seams(folder)[0].text
    )
    replace(folder / SLUG / "config.py", old, new)
    (folder / "tests" / "test_seams.py").write_text(QUESTIONS, encoding="utf-8")
    owned.run("ruff", "check", "--no-cache", "--fix", "--quiet")
    yield owned
    owned.close()


@pytest.mark.app
def test_each_seam_does_what_it_says(followed: Owned, forks: Forks) -> None:
    forks.must(followed.folder, "tests/test_seams.py")


@pytest.mark.app
def test_none_of_them_turns_a_test_of_the_project_red(
    followed: Owned, forks: Forks, thorough: bool
) -> None:
    wide = [] if thorough else [f"tests/{name}" for name in WIDE]
    forks.must(followed.folder, *wide)


@pytest.mark.app
def test_each_seam_is_written_as_the_project_is(followed: Owned) -> None:
    followed.style_is_right()


def test_they_are_short_and_the_same_in_every_language(
    baked: Callable[..., Path],
) -> None:
    english, *others = [
        seams(baked(auth="session", language=language)) for language in LANGUAGES
    ]

    assert [one.title for one in english if one.length() > AT_MOST] == []
    for other in others:
        assert [one.steps for one in other] == [one.steps for one in english]
