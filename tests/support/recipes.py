"""Read the recipes of a project, and follow them to the letter as its owner would."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .keeping_up import replace
from .template import SLUG

_FENCE = re.compile(r"(?ms)^```(\w+)\n(.*?)^```$")
_SENTENCE = re.compile(r"(?<=[.?!:)]) (?=[A-ZÀ-Ý])")
_SPAN = re.compile(r"`([^`]+)`")
_FILE = re.compile(r"[\w/]+\.(?:py|html|js|txt)")
_IMPORT = re.compile(r"(?:from|import) ")
# What a recipe takes up lies in the package, but for these.
_OUTSIDE = ("docs/", "tests/", "wsgi.py")

Run = Callable[[str], object]


class Step(NamedTuple):
    """Hold a block, and what the sentence before it names: files, and a line of one."""

    kind: str
    block: str
    files: tuple[str, ...]
    anchor: str


class Recipe(NamedTuple):
    title: str
    text: str
    steps: list[Step]

    def length(self) -> int:
        """Return its lines of text and code; tables and fences do not count."""
        lines = [line for line in self.text.splitlines() if line.strip()]
        return len([line for line in lines if not line.startswith(("|", "```"))])


def read(document: Path, level: str = "##") -> list[Recipe]:
    """Return the sections of a document, each with its steps."""
    text = document.read_text(encoding="utf-8")
    sections = re.split(rf"(?m)^{level} ", text)[1:]
    return [_recipe(*section.split("\n", 1)) for section in sections]


def _recipe(title: str, text: str) -> Recipe:
    # The last one of a chapter ends where the next chapter begins.
    text = re.split(r"(?m)^#+ (?=\w)", _FENCE.sub(_hide, text))[0].replace("\0", "#")
    return Recipe(title, text, list(_steps(text)))


def _hide(fence: re.Match[str]) -> str:
    return fence[0].replace("#", "\0")


def _steps(text: str) -> Iterator[Step]:
    end = 0
    for fence in _FENCE.finditer(text):
        paragraph = text[end : fence.start()].strip().rpartition("\n\n")[2]
        sentence = _SENTENCE.split(paragraph.replace("\n", " "))[-1]
        spans = _SPAN.findall(sentence)
        files = [span for span in spans if _FILE.fullmatch(span)]
        # It names the line first, and its file last: the line may be that of a file.
        if _is_piece(fence[1], fence[2]):
            files = files[-1:]
        others = [span for span in spans if span not in files]
        yield Step(fence[1], fence[2], tuple(files), others[0] if others else "")
        end = fence.end()


def _is_piece(kind: str, block: str) -> bool:
    """Tell a block that is put below a line from one that is a file or ends one."""
    return block.startswith(" ") or kind == "html"


def follow(project: Path, recipe: Recipe, run: Run) -> None:
    """Do what each block of a recipe says."""
    for step in recipe.steps:
        if step.kind == "console":
            for line in step.block.splitlines():
                run(line)
        elif step.kind == "markdown":
            add_row(project, step.block)
        else:
            assert step.files, f"{recipe.title}: no file is named before\n{step.block}"
            for file in step.files:
                _write(find(project, file), step)


def find(project: Path, file: str) -> Path:
    return project / file if file.startswith(_OUTSIDE) else project / SLUG / file


def _write(file: Path, step: Step) -> None:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(step.block, encoding="utf-8", newline="\n")
        return
    text = file.read_text(encoding="utf-8")
    if _is_piece(step.kind, step.block):
        (line,) = [line for line in text.splitlines() if step.anchor in line]
        replace(file, f"{line}\n", f"{line}\n{step.block}")
        return
    lines = step.block.splitlines(keepends=True)
    imports = "".join(line for line in lines if _IMPORT.match(line))
    code = "".join(line for line in lines if not _IMPORT.match(line)).strip()
    first = _first_import(text)
    text = text[:first] + imports + text[first:]
    file.write_text(text + (f"\n\n{code}\n" if code else ""), encoding="utf-8")


def _first_import(text: str) -> int:
    found = re.search(r"(?m)^(?:from|import) (?!__future__)", text)
    assert found
    return found.start()


def add_row(project: Path, row: str) -> None:
    """Add a row to the table of what is kept about people."""
    document = project / "docs" / "privacy.md"
    (users,) = re.findall(r"(?m)^\| `users` .*$", document.read_text(encoding="utf-8"))
    replace(document, users, f"{users}\n{row.strip()}")
