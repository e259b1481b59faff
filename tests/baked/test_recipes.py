"""Each recipe of a project does what it says, and turns no test of the project red."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support.keeping_up import replace
from ..support.own_tests import Forks
from ..support.owner import EMAIL
from ..support.owner import PASSWORD
from ..support.owner import Owned
from ..support.recipes import Recipe
from ..support.recipes import Step
from ..support.recipes import follow
from ..support.recipes import read
from ..support.recipes_asked import QUESTIONS
from ..support.running import clean_environment
from ..support.running import must
from ..support.running import run_in
from ..support.template import ALIKE
from ..support.template import LANGUAGES
from ..support.template import SLUG

AT_MOST = 20
# In their order. Those after them need no code, or commands that other tests follow.
WITH_CODE = [
    *("blueprint", "form", "table", "column", "role", "JSON", "htmx", "CDN"),
    *(
        "upload",
        "mail",
        "command",
        "job",
        "other means",
        "extension",
        "password",
        "session",
    ),
]
# They look at all pages, tables, texts and headers.
WIDE = ("core", "auth/test_guards.py", "auth/test_accounts.py", "test_pages.py")
WIKI = '''"""An extension with a blueprint."""

from flask import Blueprint, Flask

bp = Blueprint("wiki", __name__, url_prefix="/wiki", static_folder="wiki")


@bp.get("/")
def index() -> str:
    return "Welcome."


@bp.get("/edit")
def edit() -> str:
    return "Edit."


class Wiki:
    def __init__(self, app: Flask) -> None:
        app.register_blueprint(bp)
'''


OPENED = (
    "tests/test_pages.py",
    '"pages.home"}',
    '"pages.home", "wiki.index"}',
)
COLUMN = ("docs/privacy.md", "`disabled_at` |", "`disabled_at`, `is_staff` |")
# The first steps say that types come from there.
TYPES = (
    f"{SLUG}/models.py",
    "from sqlalchemy import String\n",
    "from sqlalchemy import ForeignKey, LargeBinary, String, Text\n",
)
ASK = (
    f"{SLUG}/auth/directory.py",
    "    return False\n",
    '    return "the directory knows" in password\n',
)


def recipes(project: Path) -> list[Recipe]:
    return read(project / "docs" / "recipes.md")


def with_code(project: Path) -> dict[str, Recipe]:
    return dict(zip(WITH_CODE, recipes(project), strict=False))


def table(project: Path) -> Recipe:
    """Return how the first steps add a table, without its migration."""
    (found,) = [
        step for step in read(project / "README.md", "###") if "Note(Base)" in step.text
    ]
    assert [step.kind for step in found.steps] == ["python", "console", "markdown"]
    return found._replace(steps=[found.steps[0], found.steps[2]])


def like(recipe: Recipe, name: str) -> Recipe:
    """Return the recipe of a blueprint for another one, which is written already."""
    steps = [
        step._replace(block=step.block.replace("shop", name))
        for step in recipe.steps[1:]
    ]
    return recipe._replace(steps=steps)


@pytest.fixture(scope="module", params=ALIKE)
def followed(
    request: pytest.FixtureRequest,
    compiled: Callable[[str], Path],
    app_python: Path,
    forks: Forks,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Owned, str]]:
    """Return a project in which all recipes were followed, and what was printed."""
    folder = tmp_path_factory.mktemp("recipes") / "project"
    shutil.copytree(compiled(request.param), folder)
    env = clean_environment(tmp_path_factory.mktemp("home"))
    owned, said = Owned(folder, env, app_python, forks), list[str]()

    def run(line: str) -> None:
        program, *words = shlex.split(line.removeprefix(".venv/bin/"))
        said.append(owned.run(program, *words))

    run("flask db upgrade")
    create = ("user", "create", EMAIL, "--name", "Ana")
    owned.run("flask", *create, stdin=f"{PASSWORD}\n")
    (folder / "flask_wiki.py").write_text(WIKI, encoding="utf-8")
    (folder / SLUG / "static" / "htmx.min.js").write_text("htmx = {};\n")
    found = with_code(folder)
    for path, old, new in (TYPES, OPENED, COLUMN):
        replace(folder / path, old, new)
    exported = read(folder / "docs" / "data.md")[1]
    api = read(folder / "docs" / "tokens.md")[0]
    # Its commands need a token: the test in the project sends what they would send.
    code_of_api = api._replace(steps=api.steps[:1])
    of_parts = (exported, code_of_api)
    # One migration for all of their tables: that of the column.
    for recipe in (table(folder), found.pop("upload"), *found.values(), *of_parts):
        follow(folder, recipe, run)
    follow(folder, like(found["blueprint"], "staff"), run)
    replace(folder / ASK[0], *ASK[1:])
    (folder / "tests" / "test_recipes.py").write_text(QUESTIONS, encoding="utf-8")
    owned.run("ruff", "check", "--no-cache", "--fix", "--quiet")
    yield owned, "".join(said)
    owned.close()


@pytest.mark.app
def test_each_recipe_does_what_it_says(
    followed: tuple[Owned, str], forks: Forks
) -> None:
    owned, said = followed

    assert f"{EMAIL} belongs to the staff.\nAccounts: 1\n" in said
    # Shown in a sentence, and asked word by word.
    role = re.findall(r"`(app\.before_.*)`", recipes(owned.folder)[13].text)
    assert [line in QUESTIONS for line in role] == [True]
    assert owned.query("SELECT is_staff FROM users") == [(1,)]
    forks.must(owned.folder, "tests/test_recipes.py")


@pytest.mark.app
def test_none_of_them_turns_a_test_of_the_project_red(
    followed: tuple[Owned, str], forks: Forks, thorough: bool
) -> None:
    project = followed[0]
    wide = [] if thorough else [f"tests/{name}" for name in WIDE]

    project.finds_no_difference()
    forks.must(project.folder, *wide)


@pytest.mark.app
def test_each_recipe_is_written_as_the_project_is(followed: tuple[Owned, str]) -> None:
    followed[0].style_is_right()


@pytest.mark.app
@pytest.mark.parametrize("name", WITH_CODE)
def test_each_recipe_brings_what_it_uses(
    name: str,
    baked: Callable[..., Path],
    app_python: Path,
    tmp_path: Path,
    env: dict[str, str],
) -> None:
    """Alone, so that none counts on what another one imports."""
    source, project = baked(auth="session"), tmp_path / "project"
    for folder in (SLUG, "docs"):
        shutil.copytree(source / folder, project / folder)
    shutil.copy(source / "pyproject.toml", project)
    replace(project / TYPES[0], *TYPES[1:])

    follow(project, with_code(project)[name], lambda line: None)

    ruff = (app_python.parent / "ruff", "check", "--no-cache", "--select", "F821")
    must(run_in(project, *ruff, env=env))


def test_they_are_short(baked: Callable[..., Path]) -> None:
    for language in LANGUAGES:
        long = {
            recipe.title: recipe.length()
            for recipe in recipes(baked(auth="session", language=language))
            if recipe.length() > AT_MOST
        }
        assert long == {}


def test_they_are_the_same_in_every_language(baked: Callable[..., Path]) -> None:
    english, *others = [
        recipes(baked(auth="session", language=language)) for language in LANGUAGES
    ]

    for other in others:
        for one, another in zip(english, other, strict=True):
            assert shown(another) == shown(one)


def shown(recipe: Recipe) -> list[Step]:
    """Return its steps; a row of a table is in the words of its language."""
    return [
        step._replace(block="") if step.kind == "markdown" else step
        for step in recipe.steps
    ]
