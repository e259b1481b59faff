"""What the parts add to the pins is what the resolver adds, for any choice of them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ..support.baking import CommandLine
from ..support.locking import LOCKS
from ..support.locking import blocks
from ..support.locking import lock
from ..support.locking import pinned_with_all_parts
from ..support.locking import split
from ..support.running import must
from ..support.running import run_in
from ..support.small_index import Index
from ..support.small_index import newer
from ..support.small_index import pins
from ..support.template import PROJECT
from ..support.template import ROOT
from ..support.template import tree

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(shutil.which("make") is None, reason="needs make"),
]
# With and without pins of their own; --thorough tries the others.
CHOICES = ["all", "second_factor", "data, guide"]
OTHERS = ["none", "guide", "sessions email"]


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """Return a copy of the template, to be locked."""
    folder = tmp_path / "template"
    hidden = shutil.ignore_patterns(".*_cache", "__pycache__")
    shutil.copytree(ROOT / "hooks", folder / "hooks", ignore=hidden)
    shutil.copytree(PROJECT, folder / PROJECT.name, ignore=hidden)
    shutil.copy(ROOT / "cookiecutter.json", folder)
    return folder


@pytest.fixture
def index(
    template: Path, tmp_path: Path, app_python: Path, env: dict[str, str]
) -> Index:
    """Return an index that has moved on since the template was locked."""
    folder = tmp_path / "index"
    folder.mkdir()
    index = Index(folder, app_python, env)
    for file in sorted(template.rglob("requirements*.txt")):
        index.hold(file)
    return index


def at(index: Index, cookiecutter: CommandLine, template: Path) -> CommandLine:
    """Return what bakes a template where there is this index alone."""
    return replace(cookiecutter.within(**index.env), template=template)


@pytest.mark.long
def test_locking_the_template_moves_nothing_and_upgrading_moves_all(
    template: Path, index: Index, app_python: Path, cookiecutter: CommandLine
) -> None:
    bake = at(index, cookiecutter, template)
    before = tree(template)

    lock(bake, "lock", app_python.parent)
    assert tree(template) == before

    lock(bake, "upgrade", app_python.parent)
    changed = {path for path, text in tree(template).items() if text != before[path]}
    assert changed == {path for path in before if Path(path).name in LOCKS}
    for path in changed:
        (template / "old.txt").write_bytes(before[path])
        old = pins(template / "old.txt")
        assert pins(template / path.replace("my_flask_app", PROJECT.name)) == {
            name: newer(version) for name, version in old.items()
        }


def test_a_project_with_any_parts_pins_what_the_resolver_writes(
    template: Path,
    index: Index,
    app_python: Path,
    tmp_path: Path,
    env: dict[str, str],
    cookiecutter: CommandLine,
    thorough: bool,
) -> None:
    """The resolver begins with what all parts pin, and drops what is not wanted."""
    for choice in CHOICES + OTHERS * thorough:
        folder = tmp_path / choice
        folder.mkdir()
        project = replace(cookiecutter, template=template)(folder, parts=choice)
        merged = {name: (project / name).read_text("ascii") for name in LOCKS}
        for name in LOCKS:
            (project / name).write_text(pinned_with_all_parts(name, template), "ascii")

        installed = (f"BIN={app_python.parent}", "--assume-old", ".venv/installed")
        must(run_in(project, "make", "lock", *installed, env={**env, **index.env}))
        assert {name: (project / name).read_text("ascii") for name in LOCKS} == merged


@pytest.mark.long
def test_a_part_that_asks_for_more_gets_a_fragment(
    template: Path, index: Index, app_python: Path, cookiecutter: CommandLine
) -> None:
    bake = at(index, cookiecutter, template)
    index.add("brand-new", "2.0")
    part = want(template, "data", "brand-new>=1")
    before = tree(template)

    lock(bake, "lock", app_python.parent)
    for name in LOCKS:
        assert pins(part / name) == {"brand-new": "2.0"}
        (part / name).unlink()
    assert tree(template) == before

    (part / "pyproject.toml").unlink()
    stale = part.with_name("guide")
    (stale / "pyproject.toml").write_text("[project]\ndependencies = [\n]\n")
    lock(bake, "lock", app_python.parent)
    assert [name for name in LOCKS if (stale / name).exists()] == []


@pytest.mark.long
def test_locking_stops_where_a_part_changes_a_pin_of_the_core(
    template: Path, index: Index, app_python: Path, cookiecutter: CommandLine
) -> None:
    """The core wants this package on Windows alone."""
    want(template, "data", "tzdata>=2025")
    before = tree(template)

    sentence = r"^data changes how the core pins tzdata\.$"
    with pytest.raises(SystemExit, match=sentence):
        lock(at(index, cookiecutter, template), "lock", app_python.parent)
    assert tree(template) == before


def want(template: Path, part: str, requirement: str) -> Path:
    folder = template / PROJECT.name / "variants" / "parts" / part
    asked = f'[project]\ndependencies = [\n    "{requirement}",\n]\n'
    (folder / "pyproject.toml").write_text(asked, encoding="ascii")
    return folder


def test_locking_stops_where_parts_pin_the_same_differently() -> None:
    core, one, other = (f"{name}==1 \\\n    --hash=sha256:0\n" for name in "abc")
    with_marker = other.replace("==1", "==1 ; sys_platform == 'win32'")
    assert blocks(core + one) == [core, one]

    same = split(core + one, core, {"email": core + one, "guide": core + one})
    assert same == {"email": one, "guide": one}
    with pytest.raises(SystemExit, match=r"^The parts do not agree how to pin c\.$"):
        split(core + other, core, {"email": core + other, "guide": core + with_marker})
    with pytest.raises(SystemExit, match=r"^The parts do not agree how to pin b\.$"):
        split(core + one, core, {"email": core})
    with pytest.raises(SystemExit, match=r"^email changes how the core pins a\.$"):
        split(core, core, {"email": core.replace("==1", "==2")})
