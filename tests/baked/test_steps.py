"""What the README of a project has its owner do first leads to where it says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support.keeping_up import replace
from ..support.own_tests import Forks
from ..support.owner import Owned
from ..support.template import SLUG

pytestmark = pytest.mark.app

BLOCK = re.compile(r"(?ms)^```(\w+)\n(.*?)^```$")
LISTED = re.compile(r"(?m)^\d\. `([\w/]+\.py)`: ")
AT_MOST_WORDS, AT_MOST_LINES = 1200, 700
WORDS = {"Note": "Nota", "Keep": "Guardar"}
# What looks at every page, table and text.
LOOK_AROUND = ("test_notes.py", "test_pages.py", "core", "auth/test_guards.py")


@pytest.fixture
def owned(
    baked: Callable[..., Path],
    tmp_path: Path,
    env: dict[str, str],
    app_python: Path,
    forks: Forks,
) -> Iterator[Owned]:
    folder = Path(shutil.copytree(baked(auth="session"), tmp_path / SLUG))
    project = Owned(folder, env, app_python, forks)
    project.run("flask", "db", "upgrade")
    yield project
    project.close()


def blocks(project: Path) -> dict[str, list[str]]:
    """Return what the first steps show, by kind."""
    text = (project / "README.md").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for kind, block in BLOCK.findall(text.split("\n## ")[3]):
        found.setdefault(kind, []).append(block)
    return found


def test_the_first_steps_lead_to_notes_that_are_kept(owned: Owned) -> None:
    package = owned.folder / SLUG
    pages, templates = package / "pages.py", package / "templates"
    shown = blocks(owned.folder)
    guards, notes, about, table, imports, body, add, start, test = shown["python"]
    macro, form = shown["html"]

    for view in (notes, about):
        append(pages, view)
    replace(pages, "\n\nbp = ", f"\n{guards}\n\nbp = ")
    shutil.copy(templates / "home.html", templates / "about.html")
    replace(
        owned.folder / "tests" / "test_pages.py",
        '"pages.home"}',
        '"pages.home", "pages.about"}',
    )

    append(package / "models.py", table)
    replace(
        package / "models.py", "import String\n", "import ForeignKey, String, Text\n"
    )
    for line in "".join(shown["console"]).splitlines():
        owned.run(*line.removeprefix(".venv/bin/").replace('"', "").split(" ", 3))
    (row,) = shown["markdown"]
    privacy = owned.folder / "docs" / "privacy.md"
    replace(privacy, "\n\n**`flask purge` deletes", f"\n{row}\n**`flask purge` deletes")

    page = templates / "notes.html"
    shutil.copy(templates / "home.html", page)
    replace(page, '{% extends "base.html" %}\n', '{% extends "base.html" %}\n' + macro)
    replace(page, "{% block main %}\n", "{% block main %}\n" + form)
    replace(pages, "\n\nbp = ", f"\n{imports}\n\nbp = ")
    replace(pages, '    return {"owner": user.name}\n', body)
    append(pages, add)
    (owned.folder / "tests" / "test_notes.py").write_text(f"{start}\n\n{test}")

    translate(owned)
    owned.run("ruff", "check", "--no-cache", "--fix", "--quiet")
    owned.style_is_right()
    owned.tests_pass(*(f"tests/{name}" for name in LOOK_AROUND))


def append(file: Path, block: str) -> None:
    with file.open("a", encoding="utf-8") as code:
        code.write(f"\n\n{block}")


def translate(owned: Owned) -> None:
    """Let make strings find the new texts, and translate them."""
    owned.follow("make strings --assume-old .venv/installed")
    catalogue = owned.folder / SLUG / "translations/pt_BR/LC_MESSAGES/messages.po"
    for text, translation in WORDS.items():
        new = f'msgid "{text}"\nmsgstr "'
        replace(catalogue, f'{new}"', f'{new}{translation}"')


def test_the_readme_is_short(variant: Path) -> None:
    text = (variant / "README.md").read_text(encoding="utf-8")

    assert len(text.split()) <= AT_MOST_WORDS


def test_so_are_the_five_files_to_read_first(variant: Path) -> None:
    named = LISTED.findall((variant / "README.md").read_text(encoding="utf-8"))
    texts = [(variant / SLUG / name).read_text(encoding="utf-8") for name in named]

    assert len(named) == 5
    assert sum(len(text.splitlines()) for text in texts) <= AT_MOST_LINES
