"""The guide is correct: the tests send its examples and look up its names."""

import doctest
import re
from datetime import timedelta

from flask import Flask

from my_flask_app.account.guide import explain, text as guide
from my_flask_app.config import NUMBERS, Settings

from ....conftest import MakeApp
from ....support.http import Browser
from .guides import GUIDE, PAGES, answers_shown, blocks, exists, mentioned, prose, source

WORDS_A_MINUTE = 230
UNITS = {
    **{"minutes": 60, "hours": 3600, "days": 86400},
    **{"minutos": 60, "horas": 3600, "dias": 86400},
}
# The guide explains two kinds of session; this app has one of them.
OF_ONE_KIND = {
    "session": {"auth/sessions/store.py", "auth/sessions/interface.py"},
    "cookie": {"auth/sessions/tokens.py", "auth/sessions/ended.py", "ended_sessions", "Token"},
}
(OTHER_KIND,) = OF_ONE_KIND.keys() - {explain.KIND}
# Names of the web and of Flask, and names that occur only in examples.
OF_THE_WORLD = {
    '"colour" in session',
    "Cookie: name=value",
    "Cookie: nome=valor",
    "HttpOnly",
    "Max-Age",
    "Path=/",
    "SameSite",
    "SameSite=Lax",
    "Set-Cookie: name=value",
    "Set-Cookie: nome=valor",
    "admin",
    "blog.app.example",
    "document.cookie",
    "localStorage",
    "evil.app.example",
    'response.delete_cookie("colour")',
    "role=admin",
    "role=user",
    'session.pop("colour", None)',
    'session["colour"] = "green"',
    'session["colour"] = None',
    "set_cookie()",
}


def test_the_app_answers_as_the_guide_shows(client: Browser, user: str) -> None:
    assert answers_shown(client, GUIDE) == 5


def test_quotations_in_the_guide_match_the_code() -> None:
    quoted = [block for block in blocks(GUIDE) if block.language == "python"]
    assert len(quoted) == 3
    for block in quoted:
        if not block.about:
            tried = doctest.DocTestParser().get_doctest(block.text, {}, "guide.md", None, 0)
            assert doctest.DocTestRunner().run(tried) == (0, 2)
            continue
        code = [line.strip() for line in source(block.about).splitlines()]
        assert {line.strip() for line in block.text.splitlines()} <= {*code}


def test_names_in_the_guide_exist(configure: MakeApp) -> None:
    app = configure(development=True)
    elsewhere = OF_ONE_KIND[OTHER_KIND]
    names = mentioned(GUIDE)
    assert OF_ONE_KIND[explain.KIND] | elsewhere <= names
    known = elsewhere | OF_THE_WORLD
    assert [name for name in names - known if not exists(app, name)] == []
    assert [name for name in elsewhere if exists(app, name)] == []


def test_the_limits_it_gives_are_the_defaults() -> None:
    said = re.findall(r"(\d+) (\w+): `(\w+_SECONDS)`", GUIDE)
    found = {name: int(count) * UNITS[unit] for count, unit, name in said}
    limits = [name for name in NUMBERS if name.endswith(("idle_seconds", "absolute_seconds"))]
    assert found == {name.upper(): getattr(Settings, name) for name in limits}
    assert f"{Flask('bare').permanent_session_lifetime // timedelta(days=1)} d" in GUIDE


def test_each_question_has_one_right_answer_and_each_answer_a_reason() -> None:
    questions = guide.read().questions
    assert len(questions) == 5
    for question in questions:
        assert 3 <= len(question.answers) <= 4
        assert [answer.right for answer in question.answers].count(True) == 1
        reasons = {answer.why for answer in question.answers}
        assert len(reasons) == len(question.answers)
        assert all(len(reason) > 40 for reason in reasons)


def test_the_main_path_takes_a_quarter_of_an_hour() -> None:
    main, separator, further = GUIDE.rpartition("\n## ")
    assert separator
    assert all(f"({name})" in further for name in PAGES)
    # It says how many: six, and the labs.
    assert len(PAGES) == 6 + 1
    assert len(prose(main).split()) <= 15 * WORDS_A_MINUTE
