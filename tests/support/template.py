"""Know the template: its questions, its files, and which of them an overlay brings."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_WITHIN = re.compile(r"variants/\w+/\w+/")
PROJECT = ROOT / "{{cookiecutter.project_slug}}"
SLUG = "my_flask_app"

_JSON = json.loads((ROOT / "cookiecutter.json").read_text(encoding="ascii"))

QUESTIONS = frozenset(key for key in _JSON if not key.startswith("_"))
NOT_ASKED = _JSON.keys() - QUESTIONS
AUTHS: list[str] = _JSON["auth"]
LANGUAGES: list[str] = _JSON["language"]
LICENSES: list[str] = _JSON["license"]
# Merged into files of the project, not laid over them.
FRAGMENTS = ("requirements.txt", "requirements-dev.txt", "pyproject.toml")
# For what both kinds do alike: to see it of the second adds little.
ALIKE = [AUTHS[0], *(pytest.param(auth, marks=pytest.mark.long) for auth in AUTHS[1:])]
VARIANTS = [(auth, language) for auth in AUTHS for language in LANGUAGES]
# Each answer once: languages differ in documents, and in one constant of the code.
ANSWERS = list(zip(AUTHS, LANGUAGES, strict=True))


def hook_constant(hook: str, name: str) -> object:
    """Return a literal of a hook, which is Python before it is rendered as well."""
    for node in ast.parse((ROOT / "hooks" / hook).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"no {name} in {hook}")


def _strings(found: object) -> list[str]:
    assert isinstance(found, list)
    return [str(one) for one in found]


# In the order of the label.
PARTS = _strings(hook_constant("pre_gen_project.py", "PARTS"))
STANDARD = set(str(hook_constant("post_gen_project.py", "STANDARD")).split())


def template_files() -> dict[str, Path]:
    """Return the files of the template that every bake has, by their baked path."""
    return {
        path: source
        for path, source in _files(PROJECT).items()
        if not path.startswith("variants/")
    }


def overlay(question: str, answer: str) -> dict[str, Path]:
    """Return the files that one answer brings, by their baked path.

    Another question's overlay may hold overlays of this one, and this one of another's:
    of files that hang on both answers it returns those of the other one's first answer.
    """
    found: dict[str, Path] = {}
    for folder in sorted(PROJECT.glob(f"**/variants/{question}/{answer}")):
        for path, source in _files(folder).items():
            found.setdefault(_WITHIN.sub("", path), source)
    if question == "parts":
        return {path: source for path, source in found.items() if path not in FRAGMENTS}
    return found


def files_of(
    parts: Iterable[str], auth: str = AUTHS[0], language: str = LANGUAGES[0]
) -> dict[str, Path]:
    """Return the files that a bake with these answers has, by their baked path."""
    chosen = [("parts", part) for part in parts]
    chosen += [("auth", auth), ("language", language), ("license", LICENSES[0])]
    return {**template_files(), **_laid(PROJECT, chosen)}


def _laid(folder: Path, chosen: list[tuple[str, str]]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for question, answer in chosen:
        overlay = folder / "variants" / question / answer
        for path, source in _files(overlay).items():
            if not path.startswith("variants/") and path not in FRAGMENTS:
                found[path] = source
        if overlay.is_dir():
            found.update(_laid(overlay, chosen))
    return found


def is_copied_verbatim(path: str) -> bool:
    source = path.replace(f"{SLUG}/", f"{PROJECT.name}/")
    return any(fnmatch(source, one) for one in _JSON["_copy_without_render"])


def tree(project: Path) -> dict[str, bytes]:
    """Return what a bake wrote, but for the key, which is never the same twice."""
    return {
        path: file.read_bytes()
        for path, file in _files(project).items()
        if path != ".env"
    }


def _files(folder: Path) -> dict[str, Path]:
    return {
        file.relative_to(folder).as_posix().replace(PROJECT.name, SLUG): file
        for file in sorted(folder.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }
