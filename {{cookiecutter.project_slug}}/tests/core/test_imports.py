"""Imports run one way: core <- models <- auth <- cli <- account, pages <- create_app."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import {{ cookiecutter.project_slug }}

PACKAGE = Path({{ cookiecutter.project_slug }}.__file__).parent
# What each room may import besides itself. Rooms of yours are free.
MAY_IMPORT = {
    "core": {"config"},
    "config": {"core"},
    "models": {"core", "config"},
    "auth": {"core", "config", "models"},
    "cli": {"core", "config", "models", "auth"},
    # A part brings commands along.
    "account": {"core", "config", "models", "auth", "cli"},
}


def imported(file: Path) -> Iterator[tuple[str, ...]]:
    """Yield the way from the package to each name that a module imports."""
    folder = file.parent.relative_to(PACKAGE).parts if file.is_relative_to(PACKAGE) else ()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            ways = [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            named = tuple(node.module.split(".")) if node.module else ()
            ways = [(*named, alias.name) for alias in node.names]
        else:
            continue
        if isinstance(node, ast.ImportFrom) and node.level:
            yield from ((*folder[: len(folder) - node.level + 1], *way) for way in ways)
        else:
            yield from (way[1:] for way in ways if way[0] == PACKAGE.name)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_no_room_imports_one_above_it(room: str) -> None:
    files = [PACKAGE / f"{room}.py", *(PACKAGE / room).rglob("*.py")]
    for file in filter(Path.is_file, files):
        above = {way[0] for way in imported(file) if way} - MAY_IMPORT[room] - {room}
        assert not above, (
            f"{file.relative_to(PACKAGE)} imports from {sorted(above)}, which imports from {room} "
            "itself: move what both need down, or pass it in as an argument"
        )


def test_nothing_but_a_part_itself_imports_from_it() -> None:
    """So that its folder can be deleted, and nothing else be changed."""
    found = set()
    for file in (PACKAGE.parent / "wsgi.py", *PACKAGE.rglob("*.py")):
        for room, part, *_ in (way for way in imported(file) if len(way) > 1):
            inside = PACKAGE / room / part
            if room == "account" and inside.is_dir() and not file.is_relative_to(inside):
                found.add(f"{file.relative_to(PACKAGE.parent)} imports from account/{part}/")
    assert not found, (
        f"{sorted(found)}: a part is found by itself. Let it plug in what it offers (auth/parts.py), "
        "or move what several need into auth/ or core/"
    )
