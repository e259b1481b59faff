"""Imports run one way: core <- models <- auth <- account, pages, cli."""

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
    "account": {"core", "config", "models", "auth"},
    "cli": {"core", "config", "models", "auth", "account"},
}


def imported_rooms(file: Path) -> Iterator[str]:
    folder = file.parent.relative_to(PACKAGE).parts
    for node in ast.walk(ast.parse(file.read_bytes())):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        base = folder[: len(folder) - node.level + 1]
        named = tuple((node.module or "").split(".")) if node.module else ()
        for alias in node.names:
            yield (*base, *named, alias.name)[0]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_no_room_imports_one_above_it(room: str) -> None:
    files = [PACKAGE / f"{room}.py", *(PACKAGE / room).rglob("*.py")]
    for file in filter(Path.is_file, files):
        above = set(imported_rooms(file)) - MAY_IMPORT[room] - {room}
        assert not above, (
            f"{file.relative_to(PACKAGE)} imports from {sorted(above)}, which imports from {room} "
            "itself: move what both need down, or pass it in as an argument"
        )
