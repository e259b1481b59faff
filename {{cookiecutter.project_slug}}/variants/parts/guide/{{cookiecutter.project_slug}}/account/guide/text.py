"""Read the guide in docs/ for its pages: the chapters, the questions, the further pages."""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

DOCS = Path(__file__).parents[3] / "docs"
FILE = DOCS / "guide.md"
ITEM = re.compile(r"^[1-9]\. (.+(?:\n {3}.+)*)", re.MULTILINE)
RIGHT, WRONG = "✓", "✗"


class Chapter(NamedTuple):
    title: str
    html: str


class Answer(NamedTuple):
    html: str
    right: bool
    why: str


class Question(NamedTuple):
    html: str
    answers: list[Answer]

    def chosen(self, given: str) -> Answer | None:
        """Return the answer that a form names by its number, counted from one."""
        numbered = enumerate(self.answers, start=1)
        return next((answer for number, answer in numbered if str(number) == given), None)


class Guide(NamedTuple):
    title: str
    html: str
    chapters: list[Chapter]
    heading: str
    questions: list[Question]
    further: Chapter


def read() -> Guide:
    """Return the guide; its last three chapters are questions, answers, and links to pages."""
    text = FILE.read_text(encoding="utf-8")
    opening, *chapters, asked, answered, further = text.split("\n## ")
    heading, *questions = asked.split("\n### ")
    reasons = answered.split("\n### ")[1:]
    title, html = _chapter(opening.removeprefix("# "))
    return Guide(
        title=title,
        html=html,
        chapters=[_chapter(chapter) for chapter in chapters],
        heading=heading.partition("\n")[0],
        questions=[_question(*pair) for pair in zip(questions, reasons, strict=True)],
        further=_chapter(further),
    )


def read_page(topic: str) -> Chapter | None:
    """Return a further page of the guide, None if there is none on this topic."""
    # The topic comes from the URL: compare it with the files, build no path from it.
    pages = {file.stem: file for file in DOCS.glob("guide-*.md")}
    file = pages.get(f"guide-{topic}")
    return _chapter(file.read_text(encoding="utf-8").removeprefix("# ")) if file else None


def _chapter(text: str) -> Chapter:
    title, _, body = text.partition("\n")
    return Chapter(title, str(_markdown().render(body)))


def _question(asked: str, reasons: str) -> Question:
    title, _, body = asked.partition("\n")
    pairs = zip(ITEM.findall(body), ITEM.findall(reasons), strict=True)
    return Question(_inline(title), [_answer(*pair) for pair in pairs])


def _answer(text: str, why: str) -> Answer:
    return Answer(_inline(text), why.startswith(RIGHT), _inline(why.strip(RIGHT + WRONG + " ")))


def _inline(text: str) -> str:
    return str(_markdown().renderInline(text))


@cache
def _markdown() -> "MarkdownIt":
    # Imported here: it takes longer to import than the rest of this package.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")
