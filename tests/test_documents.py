"""What one document of a project says of another file is true: the file is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from .template import AUTHS
from .template import LANGUAGES
from .template import ROOT
from .template import SLUG
from .template import tree

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
OF_THE_WEB = re.compile(r"[a-z]+:")
HEADING = re.compile(r"(?m)^#+ +(.+?) *$")
# In prose, in comments and in docstrings.
MENTIONED = re.compile(r"\bdocs/[\w-]+\.md\b")
MAKE = re.compile(r"(?m)(?:^|`)make (?!PYTHON)([a-z]+)")
PATH = re.compile(r"`((?:[\w.]+/)*[\w.]+(?:\.(?:py|md|html|example)|/))`")
FENCE = re.compile(r"(?ms)^ *```.*?^ *```$")
PART = re.compile(r"(?m)^(?:#+ |- |\d\. [✓✗]?|\|.*|```)")
# Comments, docstrings, labels, cells in words, and what a file is for.
SAID = re.compile(
    r'(?m)(^| )(#|--) .*$|\S  .*$|"""[^"]*"""|aria-label=".*"|<button>.*'
    r"|(\| [^|`]+)+\|$"
)
DESCRIPTION = "A Flask app with accounts."
IN_WORDS = re.compile(r"\w+ \w+ \w+ \w+")


def documents(project: Path) -> dict[str, str]:
    return {
        path: FENCE.sub("", content.decode())
        for path, content in tree(project).items()
        if path.endswith(".md")
    }


def links(project: Path) -> Iterator[tuple[str, str]]:
    """Yield each document with where one of its links leads to, within the project."""
    for path, text in documents(project).items():
        for target in LINK.findall(text):
            if not OF_THE_WEB.match(target):
                yield path, target


def anchors(text: str) -> set[str]:
    """Return what GitHub makes of the headings, for links that end with #one."""
    plain = [re.sub(r"[^\w\- ]", "", title.lower()) for title in HEADING.findall(text)]
    return {title.replace(" ", "-") for title in plain}


def test_every_link_leads_to_a_file_and_a_heading(variant: Path) -> None:
    found = list(links(variant))
    assert found

    for path, target in found:
        file, _, anchor = target.partition("#")
        there = (variant / path).parent / file if file else variant / path
        assert there.is_file(), f"{path}: {target}"
        assert there.resolve().is_relative_to(variant.resolve()), f"{path}: {target}"
        if anchor:
            known = anchors(there.read_text(encoding="utf-8"))
            assert anchor in known, f"{path}: {target}"


def test_every_document_that_is_mentioned_is_there(variant: Path) -> None:
    files = tree(variant)
    texts = {path: text for path, text in files.items() if b"\0" not in text}

    for path, text in texts.items():
        missing = set(MENTIONED.findall(text.decode())) - files.keys()
        assert not missing, f"{path}: {missing}"


def test_every_document_can_be_reached_from_the_readme(variant: Path) -> None:
    assert documents(variant).keys() == reached(variant)


@pytest.mark.parametrize("auth", AUTHS)
def test_documents_are_the_same_in_every_language(
    auth: str, baked: Callable[..., Path]
) -> None:
    """They have the same parts in the same order, and show the same commands."""
    english, *others = [prose(baked(auth=auth, language=one)) for one in LANGUAGES]

    for other in others:
        assert other.keys() == english.keys()
        for path, text in english.items():
            assert shape(other[path]) == shape(text), path
            assert shown(other[path]) == shown(text), path
            same = paragraphs(other[path]) & paragraphs(text)
            said = {part for part in same if IN_WORDS.search(part)}
            assert said <= {DESCRIPTION}, path


def prose(project: Path) -> dict[str, str]:
    """Return the documents that are written once for each language."""
    return {
        path: content.decode()
        for path, content in tree(project).items()
        if path.endswith(".md") and path != "AGENTS.md"
    }


def shape(text: str) -> list[str]:
    """Return each heading, item, row of so many cells and block, in order."""
    found = PART.findall(FENCE.sub("```", text))
    return ["|" * mark.count("|") or mark for mark in found]


def shown(text: str) -> list[str]:
    """Return the blocks, but for what they say to people."""
    return [SAID.sub("", block) for block in FENCE.findall(text)]


def paragraphs(text: str) -> set[str]:
    return {part.strip() for part in FENCE.sub("", text).split("\n\n")}


def test_the_index_lists_every_document(variant: Path) -> None:
    folder = variant / "docs"
    index = (folder / "README.md").read_text(encoding="utf-8")
    listed = {target for target in LINK.findall(index) if "/" not in target}

    assert listed == {path.name for path in folder.iterdir()} - {"README.md"}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "AGENTS.md"])
def test_every_command_of_make_exists(variant: Path, name: str) -> None:
    """Of the project's documents and of this repository's."""
    projects = targets(variant)
    # Ours speaks of both.
    for folder, known in ((variant, projects), (ROOT, targets(ROOT) | projects)):
        named = set(MAKE.findall((folder / name).read_text(encoding="utf-8")))
        assert named
        assert named <= known


def targets(folder: Path) -> set[str]:
    """Return what a Makefile makes, by name."""
    makefile = (folder / "Makefile").read_text(encoding="utf-8")
    (names,) = re.findall(r"(?m)^\.PHONY: (.*)$", makefile)
    return set(names.split())


def test_every_file_that_contributors_are_led_to_is_there(variant: Path) -> None:
    text = (variant / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(PATH.findall(text))
    assert len(named) > 10

    for path in named:
        places = [variant / path, variant / SLUG / path]
        assert any(place.exists() for place in places), path


def reached(project: Path) -> set[str]:
    leads = [(source, project / source, target) for source, target in links(project)]
    found = {"README.md"}
    while True:
        more = {
            (file.parent / target.partition("#")[0]).resolve()
            for source, file, target in leads
            if source in found and ".md" in target
        }
        paths = {file.relative_to(project.resolve()).as_posix() for file in more}
        if paths <= found:
            return found
        found |= paths
