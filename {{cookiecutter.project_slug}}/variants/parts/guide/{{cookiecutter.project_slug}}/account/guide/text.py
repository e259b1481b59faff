"""Read the guide in docs/ for its page: the chapters, and the questions at its end."""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

FILE = Path(__file__).parents[3] / "docs" / "guide.md"
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


def read() -> Guide:
    """Return the guide; the last two of its chapters are questions and answers."""
    text = FILE.read_text(encoding="utf-8")
    opening, *chapters, asked, answered = text.split("\n## ")
    heading, *questions = asked.split("\n### ")
    reasons = answered.split("\n### ")[1:]
    title, html = _chapter(opening.removeprefix("# "))
    return Guide(
        title=title,
        html=html,
        chapters=[_chapter(chapter) for chapter in chapters],
        heading=heading.partition("\n")[0],
        questions=[_question(*pair) for pair in zip(questions, reasons, strict=True)],
    )


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
