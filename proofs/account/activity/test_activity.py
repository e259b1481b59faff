"""A user sees the events of their own account, and of no other one."""

import re

import pytest
from flask import Flask

from my_flask_app.account.activity.labels import known

from ....account.activity.test_activity import add_events, kinds_shown
from ....support.accounts import change_user
from ....support.html import asking, language_of, needs_portuguese, words_of
from ....support.http import EMAIL, Browser
from ....support.sql import selects, statements
from ...support.html import untranslated

PATH = "/account/activity"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PEER = "198.51.100.7"
# Texts without a translation: addresses, and times in Portuguese format.
FACTS = re.compile(rf"·|{re.escape(PEER)}|127\.0\.0\.1|\d+ de .* UTC")


@pytest.fixture
def ana(client: Browser, user: str) -> Browser:
    """Return a browser in which Ana is signed in."""
    client.environ_base |= {"REMOTE_ADDR": PEER, "HTTP_USER_AGENT": FIREFOX}
    client.login()
    return client


def test_the_action_of_an_operator_is_shown_as_from_the_command_line(
    app: Flask, client: Browser, user: str
) -> None:
    for command in ("disable", "enable"):
        app.test_cli_runner().invoke(args=["user", command, user])
    client.login()
    assert client.get(PATH).text.count("Command line") == 2


def test_a_kind_without_words_is_shown_by_its_name(app: Flask, ana: Browser) -> None:
    add_events(app, "<b>invoice</b>_sent")
    assert kinds_shown(ana)[0] == "&lt;b&gt;invoice&lt;/b&gt;_sent"


def test_a_page_holds_fifty(app: Flask, ana: Browser) -> None:
    add_events(app, *(f"event {number}" for number in range(99)))
    first, second = kinds_shown(ana), kinds_shown(ana, 2)
    assert (len(first), len(second)) == (50, 50)
    assert first + second == [*(f"event {number}" for number in range(98, -1, -1)), "Logged in"]
    assert f'href="{PATH}?page=2"' in ana.get(PATH).text
    assert 'rel="prev"' not in ana.get(PATH).text
    last = ana.get(PATH, query_string={"page": 2}).text
    assert f'href="{PATH}?page=1"' in last
    assert 'rel="next"' not in last
    assert ana.get(PATH, query_string={"page": 3}).status_code == 404


@pytest.mark.parametrize("page", ["", "x", "1.5", "1e3", "\0", "💥", "1;2", "9" * 5000])
def test_an_invalid_page_number_shows_the_first_page(ana: Browser, page: str) -> None:
    assert kinds_shown(ana, page) == ["Logged in"]


@pytest.mark.parametrize("page", ["0", "-1", "2", "1000001", str(2**31), str(2**63), "9" * 4000])
def test_a_page_that_is_not_there_is_not_found(ana: Browser, page: str) -> None:
    assert ana.get(PATH, query_string={"page": page}).status_code == 404


def test_the_activity_page_costs_one_extra_select(app: Flask, ana: Browser) -> None:
    add_events(app, *(["login"] * 60))
    ana.get(PATH)
    with statements(app) as run:
        assert ana.get(PATH).status_code == 200
    assert len(selects(run)) == 2


@needs_portuguese
def test_every_page_is_translated(app: Flask, ana: Browser) -> None:
    with app.app_context():
        change_user(EMAIL, language="pt_BR")
    app.test_cli_runner().invoke(args=["user", "enable", EMAIL])
    reader = asking(app, "pt-BR")
    reader.login()
    with app.app_context():
        kinds = list(known())
    add_events(app, *kinds, *kinds, *kinds)
    for page in (1, 2):
        shown = reader.get(PATH, query_string={"page": page})
        assert language_of(shown) == "pt_BR"
        left = [line for line in untranslated(words_of(shown)) if not FACTS.fullmatch(line)]
        assert left == []
