"""The READMEs of this repository say the same, and show what is there."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from pictures.__main__ import ANSWERS

from ..support.template import LANGUAGES
from ..support.template import PROJECT
from ..support.template import QUESTIONS
from ..support.template import ROOT

READMES = {"en": "README.md", "pt_BR": "README.pt-BR.md"}
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in READMES.values()}
BLOCK = re.compile(r"(?ms)^```.*?^```$")
PICTURE = re.compile(r'(?:src|srcset)="([^"]+)"')
PICTURES = list((ROOT / "docs" / "images").iterdir())
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


def test_the_places_for_what_is_left_out_are_there() -> None:
    section = TEXTS["README.md"].split("### What we leave out")[1].split("\n## ")[0]
    package = PROJECT / PROJECT.name
    code = "".join(file.read_text(encoding="utf-8") for file in package.rglob("*.py"))
    named = [span for span in CODE.findall(section) if " " not in span]
    assert len(named) > 8
    for name in named:
        if name.endswith(".py"):
            assert (package / name).is_file(), name
        elif "/" not in name:
            last = name.removeprefix("Part.")
            assert re.search(rf"\b{re.escape(last)}\b", code), name


@pytest.mark.parametrize("name", TEXTS)
def test_what_they_show_and_lead_to_is_there(name: str) -> None:
    shown = PICTURE.findall(TEXTS[name])
    assert shown
    for path in [*shown, *LINK.findall(TEXTS[name])]:
        assert (ROOT / unquote(path)).is_file(), path


def test_no_picture_is_left_over() -> None:
    shown = {path for text in TEXTS.values() for path in PICTURE.findall(text)}
    assert {f"docs/images/{file.name}" for file in PICTURES} == shown


def test_the_pictures_are_small() -> None:
    """Every clone has all of them, and all that they were before."""
    assert sum(file.stat().st_size for file in PICTURES) < 500_000


def test_the_picture_of_the_questions_answers_each() -> None:
    assert len(ANSWERS) == len(QUESTIONS)


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/README.md"])
def test_every_link_of_the_other_documents_leads_somewhere(name: str) -> None:
    file = ROOT / name
    leads = LINK.findall(file.read_text(encoding="utf-8"))
    assert leads
    for path in leads:
        assert (file.parent / unquote(path)).exists(), path


def test_the_index_of_the_documents_names_each() -> None:
    docs = ROOT / "docs"
    named = set(LINK.findall((docs / "README.md").read_text(encoding="utf-8")))
    assert {one.name for one in docs.iterdir()} - {"README.md"} <= named


def test_the_guide_of_contributors_is_one_page() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 70
    assert len(text.split()) <= 600
