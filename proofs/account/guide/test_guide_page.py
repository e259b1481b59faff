"""The page of the guide in development asks its questions and grades the answers."""

import re

import pytest

from my_flask_app.account.guide import text as guide
from my_flask_app.account.guide.language import LANGUAGE

from ....conftest import MakeApp
from ....support.html import asking, language_of, needs_portuguese, words_in, words_of
from ....support.http import Browser
from ...support.html import untranslated

LOCALHOST = "http://localhost:5000"
PAGE = "/dev/guide"


@pytest.fixture
def reader(configure: MakeApp) -> Browser:
    app = configure(development=True, public_url=LOCALHOST)
    return Browser(app, origin=LOCALHOST)


def speaking(reader: Browser, language: str) -> Browser:
    other = asking(reader.application, language.replace("_", "-"))
    other.origin = LOCALHOST
    return other


def everything_in(text: guide.Guide) -> list[str]:
    """Return the part of the page that comes from the document."""
    found = [text.title, text.html, text.heading, *text.further]
    for chapter in text.chapters:
        found += chapter
    for question in text.questions:
        found += [question.html, *(part for a in question.answers for part in (a.html, a.why))]
    return found


@pytest.mark.parametrize("language", ["en", "pt_BR"])
def test_the_page_shows_the_whole_guide_in_either_language(reader: Browser, language: str) -> None:
    shown = speaking(reader, language).get(PAGE)
    assert language_of(shown) == language
    text = guide.read()
    assert f'<h1 lang="{LANGUAGE.replace("_", "-")}">{text.title}</h1>' in shown.text
    said = words_of(shown).splitlines()
    for part in [text.title, text.html, text.heading, *text.chapters[0], *text.chapters[-1]]:
        assert {*words_in(part).splitlines()} <= {*said}
    for question in text.questions:
        assert question.html in shown.text
        assert all(answer.html in shown.text for answer in question.answers)
        assert not any(answer.why in shown.text for answer in question.answers)


@needs_portuguese
def test_nothing_but_the_guide_itself_is_in_no_catalogue(reader: Browser) -> None:
    known = words_in("\n".join(everything_in(guide.read()))).splitlines()
    for query in ("", "?q1=1&q2=3"):
        shown = speaking(reader, "pt_BR").get(PAGE + query)
        left = set(untranslated(words_of(shown))) - {line.strip() for line in known}
        assert left == set()


def test_the_page_needs_no_script_or_style_and_its_links_work(reader: Browser) -> None:
    shown = reader.get(f"{PAGE}?q1=1&q2=2").text
    # The layout around every page may load your own script.
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", shown.partition("<main")[2])
    names = re.findall(r'\sid="([^"]+)"', shown)
    assert len({*names}) == len(names)
    wanted = re.findall(r'\s(?:href|action)="#([^"]+)"', shown)
    wanted += re.findall(r'\s(?:for|aria-\w+by)="([^"]+)"', shown)
    assert {*wanted} <= {*names}


def test_right_and_wrong_answers_are_told_apart_and_explained(reader: Browser) -> None:
    questions = guide.read().questions
    for place in range(4):
        answers = [question.answers[place] for question in questions]
        query = {f"q{number}": place + 1 for number, _ in enumerate(answers, start=1)}
        shown = reader.get(PAGE, query_string=query).text
        assert f"{sum(answer.right for answer in answers)} " in shown
        for question in questions:
            for answer in question.answers:
                assert (answer.why in shown) == (answer in answers)


def test_the_score_counts_what_was_answered(reader: Browser) -> None:
    right = [
        next(str(number) for number, answer in enumerate(question.answers, start=1) if answer.right)
        for question in guide.read().questions
    ]
    query = {f"q{number}": pick for number, pick in enumerate(right, start=1)}
    assert "5 of 5 right." in reader.get(PAGE, query_string=query).text
    del query["q5"]
    shown = reader.get(PAGE, query_string=query).text
    assert "4 of 5 right." in shown
    assert shown.count("Not answered yet.") == 1
    assert shown.count(" checked>") == 4


@pytest.mark.parametrize("given", ["", "0", "5", "-1", "x", "1.0", "²", "1" * 5000])
def test_an_invalid_answer_counts_as_unanswered(reader: Browser, given: str) -> None:
    shown = reader.get(PAGE, query_string={"q1": given, "q9": "1"})
    assert shown.status_code == 200
    assert "of 5 right." not in shown.text


def test_answering_leaves_nothing_behind(reader: Browser) -> None:
    assert "Set-Cookie" not in reader.get(f"{PAGE}?q1=1").headers
