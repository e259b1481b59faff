"""Who is signed in sees every live session of theirs, and ends what should not be."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from flask import Flask
from time_machine import TimeMachineFixture
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.account.sessions import views

from ...acting import change_password, copy_of, handles
from ...browser import EMAIL, KNOWN, ORIGIN, PASSWORD, Browser
from ...conftest import MakeApp
from ...inside import rows
from ...people import add_user, change_user
from ...reading import assert_in_portuguese, language_of, needs_portuguese, words_of
from ...statements import selects, statements

PATH = "/account/sessions"
OTHERS = f"{PATH}/end-others"
BOB = "bob@example.com"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
UNKNOWN = ["0" * 32, "x", "1", "-1", "9" * 30, "%00", "%20", "caf%C3%A9", "'%20or%201=1--"]
TEN_MINUTES = 600
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def end(browser: Browser, handle: str) -> int:
    return browser.post(f"{PATH}/{handle}/end").status_code


def said(page: TestResponse) -> list[str]:
    """Return what a page says, line by line."""
    return [line.strip() for line in words_of(page).splitlines() if line.strip()]


def kinds(app: Flask) -> list[object]:
    found = rows(app, "SELECT kind FROM events ORDER BY id")
    return [row["kind"] for row in found if row["kind"] not in {"login", "session_rotated"}]


@pytest.fixture
def elsewhere(app: Flask, user: str) -> Browser:
    """Return a browser that is signed in, the first of all."""
    browser = Browser(app)
    browser.environ_base |= {"HTTP_USER_AGENT": FIREFOX, "REMOTE_ADDR": "203.0.113.9"}
    browser.login(remember="y")
    return browser


@pytest.fixture
def here(elsewhere: Browser, app: Flask) -> Browser:
    """Return another browser of the same user's, which logs in after it."""
    browser = Browser(app)
    browser.login()
    return browser


def test_the_account_leads_to_the_page(here: Browser) -> None:
    assert f'<a href="{PATH}">Active sessions</a>' in here.get("/account/").text


def test_each_session_is_shown_in_words(app: Flask, user: str, clock: TimeMachineFixture) -> None:
    clock.move_to(NOON, tick=False)
    elsewhere, here = Browser(app), Browser(app)
    elsewhere.environ_base |= {"HTTP_USER_AGENT": FIREFOX, "REMOTE_ADDR": "203.0.113.9"}
    elsewhere.login()
    clock.shift(60)
    here.environ_base["HTTP_USER_AGENT"] = "\x1b<b>junk</b>"
    here.login()
    clock.shift(61)
    elsewhere.get("/")
    words = said(elsewhere.get(PATH))
    assert "Firefox on Linux" in words
    assert "Unknown browser" in words
    assert {"Address: 203.0.113.9", "Address: 127.0.0.1"} <= {*words}
    assert words.count("This browser") == 1
    assert words.index("Firefox on Linux") + 1 == words.index("This browser")
    times = [" ".join(word.split()) for word in words if word.startswith("Logged in: ")]
    assert sorted(times) == [
        "Logged in: Jan 1, 2030, 12:00:00 PM UTC",
        "Logged in: Jan 1, 2030, 12:01:00 PM UTC",
    ]


def test_the_page_says_when_each_was_last_used_or_that_it_is_not_known(
    here: Browser, app: Flask
) -> None:
    text = here.get(PATH).text
    assert ("not when it was last used" in text) != ("Last used: " in text)
    assert text.count("Last used: ") in {0, 2}


def test_nobody_is_shown_the_sessions_of_others(app: Flask, here: Browser) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    bob = Browser(app)
    bob.login(BOB)
    text = bob.get(PATH).text
    assert text.count("Logged in: ") == 1
    assert "End this session" not in text
    assert "End all other sessions" not in text
    assert "203.0.113.9" not in text
    assert not any(handle in text for handle in handles(app))


def test_looking_needs_no_password_and_costs_one_more_select(
    clock: TimeMachineFixture, here: Browser
) -> None:
    here.get(PATH)
    clock.shift(TEN_MINUTES)
    here.get("/")
    with statements(here.application) as run:
        assert here.get(PATH).status_code == 200
    assert len(selects(run)) == 2
    assert "BEGIN IMMEDIATE" not in run


def test_one_is_ended_and_no_other(app: Flask, here: Browser, elsewhere: Browser) -> None:
    third = Browser(app)
    third.login()
    page = here.get(PATH).text
    doomed = handles(app)[-1]
    assert f'action="{PATH}/{doomed}/end"' in page
    assert end(here, doomed) == 303
    assert "The session has ended." in here.get(PATH).text
    assert not elsewhere.is_signed_in()
    assert here.is_signed_in()
    assert third.is_signed_in()
    assert kinds(app) == ["session_ended"]
    assert end(here, doomed) == 404


def test_all_others_are_ended_and_this_one_stays(
    app: Flask, here: Browser, elsewhere: Browser
) -> None:
    third = Browser(app)
    third.login(remember="y")
    answer = here.post(OTHERS)
    assert (answer.status_code, answer.location) == (303, PATH)
    assert "Your other sessions have ended." in here.get(PATH).text
    assert not elsewhere.is_signed_in()
    assert not third.is_signed_in()
    assert here.is_signed_in()
    assert len(handles(app)) == 1
    assert kinds(app) == ["sessions_ended"]
    assert here.post(OTHERS).status_code == 303


def test_ending_the_others_is_no_proof_of_the_password(
    clock: TimeMachineFixture, here: Browser
) -> None:
    """Else an open session would never be asked for it again."""
    clock.shift(TEN_MINUTES - 1)
    assert here.post(OTHERS).location == PATH
    clock.shift(1)
    assert here.post(OTHERS).location == "/auth/confirm"


def test_ending_the_others_makes_their_browsers_unknown_to_the_account(
    app: Flask, here: Browser, elsewhere: Browser
) -> None:
    assert len(rows(app, "SELECT id FROM known_browsers")) == 2
    assert here.post(OTHERS).status_code == 303
    (left,) = rows(app, "SELECT token_hash FROM known_browsers")
    assert bytes(left["token_hash"]) == sha256(here.cookies()[KNOWN].encode()).digest()


def test_ending_this_one_is_a_logout(app: Flask, here: Browser, elsewhere: Browser) -> None:
    stolen = copy_of(here)
    answer = here.post(f"{PATH}/{handles(app)[0]}/end")
    assert (answer.status_code, answer.location) == (303, "/")
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert not here.jar()
    assert not here.is_signed_in()
    assert not stolen.is_signed_in()
    assert elsewhere.is_signed_in()
    assert kinds(app) == ["logout"]


def test_the_sessions_of_others_cannot_be_ended_nor_told_from_none(
    app: Flask, here: Browser
) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    bob = Browser(app)
    bob.login(BOB)
    before = rows(app, "SELECT * FROM events")
    (foreign,), unknown = handles(app, BOB), "0" * 32
    answers = [here.post(f"{PATH}/{handle}/end") for handle in (foreign, unknown)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text.replace(foreign, unknown) == answers[1].text
    assert bob.is_signed_in()
    assert rows(app, "SELECT * FROM events") == before


def test_what_has_ended_by_itself_meanwhile_was_not_ended_here(
    app: Flask, here: Browser, elsewhere: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "end_session", lambda user, handle: False)
    assert end(here, handles(app)[-1]) == 404
    assert kinds(app) == []


@pytest.mark.parametrize("handle", UNKNOWN)
def test_what_names_no_session_ends_none(
    app: Flask, here: Browser, elsewhere: Browser, handle: str
) -> None:
    assert end(here, handle) == 404
    assert here.is_signed_in()
    assert elsewhere.is_signed_in()
    assert kinds(app) == []


@pytest.mark.parametrize("everybody", [True, False])
def test_ending_asks_for_the_password_again(
    app: Flask, here: Browser, elsewhere: Browser, clock: TimeMachineFixture, everybody: bool
) -> None:
    path = OTHERS if everybody else f"{PATH}/{handles(app)[-1]}/end"
    clock.shift(TEN_MINUTES)
    asked = here.post(path, headers={"Referer": f"{ORIGIN}{PATH}"})
    assert asked.location == f"/auth/confirm?next={PATH}"
    assert elsewhere.is_signed_in()
    form = {"password": PASSWORD, "next": PATH}
    assert here.post("/auth/confirm", data=form).location == PATH
    assert here.post(path).status_code == 303
    assert not elsewhere.is_signed_in()


def test_a_session_goes_on_under_its_own_name(app: Flask, here: Browser) -> None:
    """After a proof too there is one entry for this browser, and it is this one."""
    here.post("/auth/confirm", data={"password": PASSWORD})
    words = said(here.get(PATH))
    assert words.count("This browser") == 1
    assert sum(word.startswith("Logged in: ") for word in words) == 2
    assert change_password(here) == 303
    words = said(here.get(PATH))
    assert words.count("This browser") == 1
    assert sum(word.startswith("Logged in: ") for word in words) == 1


@pytest.mark.parametrize("path", [PATH, OTHERS, f"{PATH}/{'0' * 32}/end"])
def test_nothing_of_it_is_open_to_visitors(client: Browser, path: str) -> None:
    method = "GET" if path == PATH else "POST"
    assert client.open(path, method=method).location.startswith("/auth/login")
    forged = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(path, headers=forged).status_code in {403, 405}


def test_a_link_ends_nothing(here: Browser, elsewhere: Browser, app: Flask) -> None:
    for path in (OTHERS, f"{PATH}/{handles(app)[-1]}/end"):
        assert here.get(path).status_code == 405
    assert elsewhere.is_signed_in()


@needs_portuguese
def test_the_page_is_translated(app: Flask, here: Browser, elsewhere: Browser) -> None:
    with app.app_context():
        change_user(EMAIL, language="pt_BR")
    shown = [here.get(PATH)]
    here.post(f"{PATH}/{handles(app)[-1]}/end")
    shown.append(here.get(PATH))
    here.post(OTHERS)
    shown.append(here.get(PATH))
    for page in shown:
        assert language_of(page) == "pt_BR"
        assert_in_portuguese(words_of(page))


def test_the_limit_of_sessions_shows(
    configure: MakeApp, user: str, clock: TimeMachineFixture
) -> None:
    app = configure(sessions_per_user=2)
    for _ in range(3):
        clock.shift(1)
        browser = Browser(app)
        browser.login()
    assert browser.get(PATH).text.count("Logged in: ") == 2
