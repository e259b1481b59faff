"""A bake shows no trace of the template, and nothing in it fails on another system."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support.template import FRAGMENTS
from ..support.template import LANGUAGES
from ..support.template import LICENSES
from ..support.template import PARTS
from ..support.template import PROJECT
from ..support.template import VARIANTS
from ..support.template import files_of
from ..support.template import is_copied_verbatim
from ..support.template import overlay
from ..support.template import tree

WINDOWS_DEVICE = re.compile(r"(?i)(aux|con|nul|prn|com\d|lpt\d)(\..*)?")
# Prose may show a page's own braces; code and settings have none of ours left.
PROSE = {".md"}


def texts(project: Path) -> Iterator[tuple[str, str]]:
    for path, content in tree(project).items():
        if b"\0" not in content:
            yield path, content.decode()


def test_no_template_syntax_is_left(variant: Path) -> None:
    rendered = {p: t for p, t in texts(variant) if not is_copied_verbatim(p)}
    code = {p: t for p, t in rendered.items() if Path(p).suffix not in PROSE}

    assert [p for p, t in texts(variant) if re.search(r"cookiecutter\s*[.\[]", t)] == []
    assert [p for p, t in code.items() if re.search(r"\{\{|\{%|\{#", t)] == []
    assert not (variant / "variants").exists()


def test_what_holds_no_answer_is_copied_byte_for_byte(variant: Path) -> None:
    baked = tree(variant)
    verbatim = {
        path: source.read_bytes()
        for path, source in files_of(PARTS).items()
        if is_copied_verbatim(path)
        and path not in FRAGMENTS
        # What hangs on other answers is compared with its overlay elsewhere.
        and not re.search("variants/(auth|language)/", source.as_posix())
    }

    assert any(b"{% block" in content for content in verbatim.values())
    assert {path: baked[path] for path in verbatim} == verbatim


@pytest.mark.parametrize("license_", LICENSES)
def test_no_scars_in_the_license(license_: str, baked: Callable[..., Path]) -> None:
    text = (baked(license=license_) / "LICENSE").read_bytes().decode()

    assert list(scars("LICENSE", text)) == []


def test_no_scars(variant: Path) -> None:
    found = [scar for path, text in texts(variant) for scar in scars(path, text)]

    assert found == []


def scars(path: str, text: str) -> Iterator[str]:
    """Yield what careless rendering leaves."""
    # A document shows Python too.
    blank_lines = 2 if path.endswith((".py", ".mako", ".md")) else 1
    if not text:
        return
    if text[0] == "\n":
        yield f"{path}: begins with an empty line"
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield f"{path}: does not end with one newline"
    if "\n" * (blank_lines + 2) in text:
        yield f"{path}: more than {blank_lines} empty lines together"
    if re.search(r"[ \t]$", text, re.MULTILINE):
        yield f"{path}: spaces at the end of a line"
    if "\r" in text:
        yield f"{path}: a carriage return"


def test_no_carriage_return_in_the_template_itself() -> None:
    assert [p for p, f in files_of(PARTS).items() if b"\r" in f.read_bytes()] == []


def test_every_name_can_be_checked_out_on_windows(variant: Path) -> None:
    paths = list(tree(variant))
    parts = {part for path in paths for part in path.split("/")}

    assert len({path.lower() for path in paths}) == len(paths)
    assert [path for path in paths if len(path) > 150] == []
    for part in parts:
        assert not re.search(r'[<>:"\\|?*\x00-\x1f]|[. ]$', part)
        assert not WINDOWS_DEVICE.fullmatch(part)
        assert part.isascii()


def test_names_of_the_template_can_be_checked_out_on_windows() -> None:
    parts = {part for file in PROJECT.rglob("*") for part in file.parts}

    assert PROJECT.name in parts
    assert [part for part in parts if re.search(r'[<>:"|?*]', part)] == []


def test_every_choice_has_its_overlay() -> None:
    for auth, language in VARIANTS:
        assert overlay("auth", auth)
        assert overlay("language", language)
    assert all(overlay("parts", part) for part in PARTS)
    assert all("LICENSE" in overlay("license", name) for name in LICENSES)
    assert len(LANGUAGES) == len({*LANGUAGES})
