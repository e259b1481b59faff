"""The READMEs of this repository say the same, and show what is there."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from .template import LANGUAGES
from .template import ROOT

READMES = {"en": "README.md", "pt_BR": "README.pt-BR.md"}
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in READMES.values()}
BLOCK = re.compile(r"(?ms)^```.*?^```$")
PICTURE = re.compile(r'(?:src|srcset)="([^"]+)"')
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)\)")
# What a reader may type or look for: the same in every language.
CODE = re.compile(r"`([^`\n]+)`")


def test_there_is_one_for_each_language() -> None:
    assert set(READMES) == set(LANGUAGES)


def test_they_have_the_same_blocks_headings_and_rows() -> None:
    english, other = TEXTS.values()
    assert BLOCK.findall(english) == BLOCK.findall(other)
    for pattern in (r"(?m)^(#+) ", r"(?m)^\|(?=.*\|$)", r"(?m)^- \*\*", "<img"):
        assert len(re.findall(pattern, english)) == len(re.findall(pattern, other))


def test_they_name_the_same_commands_files_and_options() -> None:
    english, other = (set(CODE.findall(text)) for text in TEXTS.values())
    assert english ^ other <= {"2"}


@pytest.mark.parametrize("name", TEXTS)
def test_what_they_show_and_lead_to_is_there(name: str) -> None:
    shown = PICTURE.findall(TEXTS[name])
    assert shown
    for path in [*shown, *LINK.findall(TEXTS[name])]:
        assert (ROOT / unquote(path)).is_file(), path


def test_no_picture_is_left_over() -> None:
    shown = {path for text in TEXTS.values() for path in PICTURE.findall(text)}
    made = {f"docs/images/{file.name}" for file in (ROOT / "docs/images").iterdir()}
    assert made == shown
