"""A user sees all their active sessions, and can end each of them."""

from hashlib import sha256

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.account.sessions import views

from ....account.sessions import test_sessions_page
from ....account.sessions.test_sessions_page import kinds, said
from ....conftest import MakeApp
from ....support.accounts import change_password, change_user, copy_of, handles
from ....support.html import language_of, needs_portuguese, words_of
from ....support.http import EMAIL, KNOWN, PASSWORD, Browser
from ....support.sql import rows, selects, statements
from ...support.html import assert_in_portuguese

elsewhere = test_sessions_page.elsewhere
here = test_sessions_page.here

PATH = "/account/sessions"
OTHERS = f"{PATH}/end-others"
UNKNOWN = ["0" * 32, "x", "1", "-1", "9" * 30, "%00", "%20", "caf%C3%A9", "'%20or%201=1--"]
TEN_MINUTES = 600


def end(browser: Browser, handle: str) -> int:
    return browser.post(f"{PATH}/{handle}/end").status_code


def test_the_page_says_when_each_was_last_used_or_that_it_is_not_known(
    here: Browser, app: Flask
) -> None:
    text = here.get(PATH).text
    assert ("not when it was last used" in text) != ("Last used: " in text)
    assert text.count("Last used: ") in {0, 2}


def test_the_page_needs_no_password_and_costs_one_extra_select(
    clock: TimeMachineFixture, here: Browser
) -> None:
    here.get(PATH)
    clock.shift(TEN_MINUTES)
    here.get("/")
    with statements(here.application) as run:
        assert here.get(PATH).status_code == 200
    assert len(selects(run)) == 2
    assert "BEGIN IMMEDIATE" not in run


def test_ending_the_others_is_no_proof_of_the_password(
    clock: TimeMachineFixture, here: Browser
) -> None:
    """Otherwise an open session would never be asked for the password again."""
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


def test_ending_the_current_session_is_a_logout(
    app: Flask, here: Browser, elsewhere: Browser
) -> None:
    stolen = copy_of(here)
    answer = here.post(f"{PATH}/{handles(app)[0]}/end")
    assert (answer.status_code, answer.location) == (303, "/")
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert not here.jar()
    assert not here.is_signed_in()
    assert not stolen.is_signed_in()
    assert elsewhere.is_signed_in()
    assert kinds(app) == ["logout"]


def test_a_session_that_expired_meanwhile_is_not_reported_as_ended(
    app: Flask, here: Browser, elsewhere: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "end_session", lambda user, handle: False)
    assert end(here, handles(app)[-1]) == 404
    assert kinds(app) == []


@pytest.mark.parametrize("handle", UNKNOWN)
def test_an_unknown_handle_ends_no_session(
    app: Flask, here: Browser, elsewhere: Browser, handle: str
) -> None:
    assert end(here, handle) == 404
    assert here.is_signed_in()
    assert elsewhere.is_signed_in()
    assert kinds(app) == []


def test_a_session_goes_on_under_its_own_name(app: Flask, here: Browser) -> None:
    """After a confirmation, too, the list has one entry for this browser."""
    here.post("/auth/confirm", data={"password": PASSWORD})
    words = said(here.get(PATH))
    assert words.count("This browser") == 1
    assert sum(word.startswith("Logged in: ") for word in words) == 2
    assert change_password(here) == 303
    words = said(here.get(PATH))
    assert words.count("This browser") == 1
    assert sum(word.startswith("Logged in: ") for word in words) == 1


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
