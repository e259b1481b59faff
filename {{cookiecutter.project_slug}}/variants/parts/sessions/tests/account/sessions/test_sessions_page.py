"""A user sees all their active sessions, and can end each of them."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from time_machine import TimeMachineFixture
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.auth import accounts

from ...support.accounts import NEW_PASSWORD, add_user, copy_of, handles
from ...support.html import words_of
from ...support.http import EMAIL, ORIGIN, PASSWORD, Browser
from ...support.mail import ask_for_link, letters
from ...support.sql import meanwhile, rows

PATH = "/account/sessions"
OTHERS = f"{PATH}/end-others"
BOB = "bob@example.com"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
TEN_MINUTES = 600
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def end(browser: Browser, handle: str) -> int:
    return browser.post(f"{PATH}/{handle}/end").status_code


def said(page: TestResponse) -> list[str]:
    """Return the text of a page, line by line."""
    return [line.strip() for line in words_of(page).splitlines() if line.strip()]


def kinds(app: Flask) -> list[object]:
    found = rows(app, "SELECT kind FROM events ORDER BY id")
    return [row["kind"] for row in found if row["kind"] not in {"login", "session_rotated"}]


@pytest.fixture
def elsewhere(app: Flask, user: str) -> Browser:
    """Return the browser that signed in first."""
    browser = Browser(app)
    browser.environ_base |= {"HTTP_USER_AGENT": FIREFOX, "REMOTE_ADDR": "203.0.113.9"}
    browser.login(remember="y")
    return browser


@pytest.fixture
def here(elsewhere: Browser, app: Flask) -> Browser:
    """Return another browser of the same user, which signed in second."""
    browser = Browser(app)
    browser.login()
    return browser


def test_the_account_page_links_to_the_sessions(here: Browser) -> None:
    assert f'<a href="{PATH}">Active sessions</a>' in here.get("/account/").text


def test_each_session_is_shown_with_browser_address_and_time(
    app: Flask, user: str, clock: TimeMachineFixture
) -> None:
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
    assert {"IP address: 203.0.113.9", "IP address: 127.0.0.1"} <= {*words}
    assert words.count("This browser") == 1
    assert words.index("Firefox on Linux") + 1 == words.index("This browser")
    times = [" ".join(word.split()) for word in words if word.startswith("Logged in: ")]
    assert sorted(times) == [
        "Logged in: Jan 1, 2030, 12:00:00 PM UTC",
        "Logged in: Jan 1, 2030, 12:01:00 PM UTC",
    ]


def test_a_user_sees_only_their_own_sessions(app: Flask, here: Browser) -> None:
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


def test_a_user_ends_one_session(app: Flask, here: Browser, elsewhere: Browser) -> None:
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


def test_a_user_ends_all_other_sessions(app: Flask, here: Browser, elsewhere: Browser) -> None:
    third, thief = Browser(app), copy_of(here)
    third.login(remember="y")
    answer = here.post(OTHERS)
    assert (answer.status_code, answer.location) == (303, PATH)
    assert "Your other sessions have ended." in here.get(PATH).text
    assert not elsewhere.is_signed_in()
    assert not third.is_signed_in()
    assert not thief.is_signed_in()
    assert here.is_signed_in()
    assert len(handles(app)) == 1
    assert kinds(app) == ["sessions_ended"]
    assert here.post(OTHERS).status_code == 303


def test_a_reset_that_comes_first_ends_the_session_of_a_thief_who_ends_the_others(
    app: Flask, here: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, lock = Browser(app), accounts.lock
    letters(app)
    owner.get(ask_for_link(owner, "/auth/reset", EMAIL))

    def reset() -> None:
        owner.post("/auth/reset/finish", data={"password": NEW_PASSWORD})
        owner.login(password=NEW_PASSWORD)

    def overtaken(user_id: int) -> object:
        monkeypatch.setattr(accounts, "lock", lock)
        meanwhile(reset)
        return lock(user_id)

    monkeypatch.setattr(accounts, "lock", overtaken)
    here.post(OTHERS)
    assert not here.is_signed_in()
    assert owner.is_signed_in()


def test_the_sessions_of_other_users_cannot_be_ended_or_detected(app: Flask, here: Browser) -> None:
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


@pytest.mark.parametrize("everybody", [True, False])
def test_ending_a_session_requires_a_recent_password(
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


@pytest.mark.parametrize("path", [PATH, OTHERS, f"{PATH}/{'0' * 32}/end"])
def test_a_visitor_cannot_see_or_end_sessions(client: Browser, path: str) -> None:
    method = "GET" if path == PATH else "POST"
    assert client.open(path, method=method).location.startswith("/auth/login")
    forged = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(path, headers=forged).status_code in {403, 405}
