"""Imports run one way: core <- models <- auth <- cli <- account, pages <- create_app."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import {{ cookiecutter.project_slug }}

PACKAGE = Path({{ cookiecutter.project_slug }}.__file__).parent
# What each layer may import besides itself. Your own modules are free.
MAY_IMPORT = {
    "core": {"config"},
    "config": {"core"},
    "models": {"core", "config"},
    "auth": {"core", "config", "models"},
    "cli": {"core", "config", "models", "auth"},
    # A part adds commands.
    "account": {"core", "config", "models", "auth", "cli"},
}


def imported(file: Path) -> Iterator[tuple[str, ...]]:
    """Yield the path from the package to each name that a module imports."""
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


def files_of(layer: str) -> Iterator[Path]:
    return filter(Path.is_file, (PACKAGE / f"{layer}.py", *(PACKAGE / layer).rglob("*.py")))


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_no_layer_imports_from_a_layer_above_it(layer: str) -> None:
    for file in files_of(layer):
        above = {way[0] for way in imported(file) if way} - MAY_IMPORT[layer] - {layer}
        assert not above, (
            f"{file.relative_to(PACKAGE)} imports from {sorted(above)}, which imports from {layer} "
            "itself: move the shared code to a lower layer, or pass it as an argument"
        )


def test_no_other_module_imports_from_a_part() -> None:
    """The owner can delete the folder of a part; only their own modules may need a change."""
    found = set()
    layers = (file for layer in MAY_IMPORT for file in files_of(layer))
    for file in (PACKAGE.parent / "wsgi.py", PACKAGE / "__init__.py", *layers):
        for layer, part, *_ in (way for way in imported(file) if len(way) > 1):
            inside = PACKAGE / layer / part
            if layer == "account" and inside.is_dir() and not file.is_relative_to(inside):
                found.add(f"{file.relative_to(PACKAGE.parent)} imports from account/{part}/")
    assert not found, (
        f"{sorted(found)}: the app finds parts by itself. Offer it through the fields of Part "
        "(auth/parts.py), or move shared code into auth/ or core/"
    )
