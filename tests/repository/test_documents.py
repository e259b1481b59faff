"""What one document of a project says of another file is true: the file is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support.template import AUTHS
from ..support.template import LANGUAGES
from ..support.template import PROJECT
from ..support.template import ROOT
from ..support.template import SLUG
from ..support.template import tree

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


def of_parts(project: Path) -> set[str]:
    """Return the documents of the project's parts, each named after its part."""
    folders = (project / SLUG / "account").iterdir()
    parts = [one.name for one in folders if (one / "__init__.py").exists()]
    # The document of a part may lead to pages of its own, named after it too.
    pages = (page for part in parts for page in (project / "docs").glob(f"{part}-*.md"))
    return {f"docs/{part}.md" for part in parts} | {f"docs/{one.name}" for one in pages}


@pytest.fixture
def bare(baked: Callable[..., Path]) -> Path:
    return baked(parts="none")


def test_every_link_leads_to_a_file_and_a_heading(variant: Path) -> None:
    assert list(links(variant))

    assert list(dead_links(variant)) == []


def dead_links(project: Path) -> Iterator[tuple[str, str]]:
    for path, target in links(project):
        file, _, anchor = target.partition("#")
        there = (project / path).parent / file if file else project / path
        if not (
            there.is_file()
            and there.resolve().is_relative_to(project.resolve())
            and (not anchor or anchor in anchors(there.read_text(encoding="utf-8")))
        ):
            yield path, target


def test_every_document_that_is_mentioned_is_there(variant: Path) -> None:
    assert list(missing_documents(variant)) == []


def missing_documents(project: Path) -> Iterator[tuple[str, set[str]]]:
    files = tree(project)
    for path, text in files.items():
        missing = set(MENTIONED.findall(text.decode(errors="replace"))) - files.keys()
        if missing:
            yield path, missing


def test_every_document_can_be_reached_from_the_readme(variant: Path) -> None:
    parts = of_parts(variant)
    assert parts

    # The index says where they lie, and names none.
    assert documents(variant).keys() - parts == reached(variant)


def test_every_part_has_a_document(variant: Path) -> None:
    assert of_parts(variant) <= documents(variant).keys()


def test_without_parts_no_document_speaks_of_one(bare: Path) -> None:
    assert of_parts(bare) == set()
    assert list(dead_links(bare)) == []
    assert list(missing_documents(bare)) == []
    assert documents(bare).keys() == reached(bare)

    parts = [
        folder.name.replace("_", "[_-]")
        for folder in (PROJECT / "variants" / "parts").iterdir()
    ]
    assert parts
    page = re.compile(rf"account/({'|'.join(parts)})\b")
    assert [path for path, text in documents(bare).items() if page.search(text)] == []


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
    named = {target.partition("#")[0] for target in LINK.findall(index)}
    listed = {target for target in named if "/" not in target}
    parts = {Path(path).name for path in of_parts(variant)}

    assert listed == {path.name for path in folder.iterdir()} - parts - {"README.md"}


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
