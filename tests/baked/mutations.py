"""Read how each security default is broken, and which test must notice.

A mutation names a definition and a test, not their files: both are looked up in the
bake, so that code and tests may move.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..support.template import SLUG

LIST = Path(__file__).with_suffix(".toml")
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Definition:
    """A function, class or constant, by its whole dotted name, and its lines."""

    name: str
    file: Path
    start: int
    end: int


@dataclass(frozen=True)
class Mutation:
    """Replace one piece of text in one definition, in the named variants.

    `within` and `test` are the ends of dotted names, as long as it takes to be the only
    one: `is_public`, `reset.finish`. A `within` with a slash is a file of the project.
    """

    claim: str
    within: str
    old: str
    new: str
    test: str
    auth: list[str]

    @contextmanager
    def breaking(self, project: Path) -> Iterator[None]:
        """Break it for a while. To copy a project each time would take longer."""
        place = self._place(project)
        text = place.file.read_text(encoding="utf-8")
        lines = text.splitlines(keepends=True)
        before, after = lines[: place.start], lines[place.end :]
        found = "".join(lines[place.start : place.end])
        assert found.count(self.old) == 1, f"not once in {self.within}: {self.old}"
        broken = [*before, found.replace(self.old, self.new), *after]
        place.file.write_text("".join(broken), encoding="utf-8")
        try:
            yield
        finally:
            place.file.write_text(text, encoding="utf-8")

    def find_test(self, project: Path) -> str:
        """Return the test as pytest names it."""
        found = _only(self.test, _definitions(project / "tests"))
        return f"{found.file.relative_to(project)}::{found.name.rpartition('.')[2]}"

    def file(self, project: Path) -> Path:
        """Return the file that it breaks."""
        return self._place(project).file

    def is_of_the_machinery(self, project: Path) -> bool:
        """Tell whether an owner has no business where it breaks something."""
        return self.file(project).is_relative_to(project / SLUG / "core")

    def _place(self, project: Path) -> Definition:
        if "/" in self.within:
            file = project / self.within
            return Definition(self.within, file, 0, len(file.read_bytes()))
        return _only(self.within, _definitions(project / SLUG))


def read() -> list[tuple[Mutation, str]]:
    """Return each mutation with each of the variants it is tried in."""
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))["mutation"]
    return [(Mutation(**entry), auth) for entry in listed for auth in entry["auth"]]


def _only(name: str, definitions: tuple[Definition, ...]) -> Definition:
    found = [one for one in definitions if f".{one.name}".endswith(f".{name}")]
    assert len(found) == 1, f"{name} names {[one.name for one in found]}"
    return found[0]


@cache
def _definitions(folder: Path) -> tuple[Definition, ...]:
    """Return what the modules of a folder define, when none is broken."""
    return tuple(
        Definition(f"{module}.{name}", file, start, end)
        for file in sorted(folder.rglob("*.py"))
        for module in [".".join(file.relative_to(folder).with_suffix("").parts)]
        for name, start, end in _within(ast.parse(file.read_bytes()), "")
    )


def _within(scope: ast.AST, prefix: str) -> Iterator[tuple[str, int, int]]:
    for node in ast.iter_child_nodes(scope):
        if not isinstance(node, ast.stmt):
            continue
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])
        start = min([node.lineno, *(one.lineno for one in decorators)]) - 1
        for name in _names(node, scope):
            yield prefix + name, start, node.end_lineno or node.lineno
        if isinstance(node, SCOPES):
            yield from _within(node, f"{prefix}{node.name}.")


def _names(node: ast.stmt, scope: ast.AST) -> list[str]:
    """Return what a statement defines; not the variables of a function."""
    if isinstance(node, SCOPES):
        return [node.name]
    if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
        return []
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [getattr(node, "target", None)]
    )
    return [target.id for target in targets if isinstance(target, ast.Name)]
