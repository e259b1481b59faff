"""A mailed link works once, for 30 minutes, and only for its purpose."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.auth import accounts, links

from ...support.accounts import overtake
from ...support.html import language_of
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.mail import ask_for_link

FORM = {"name": "Bob", "password": "umbrella lantern gravel Tuesday"}
START = {"register": "/auth/register", "reset": "/auth/reset"}
RECIPIENT = {"register": "bob@example.com", "reset": EMAIL}


@pytest.fixture(params=["register", "reset"])
def purpose(request: pytest.FixtureRequest, user: str) -> str:
    return str(request.param)


@pytest.fixture
def link(client: Browser, purpose: str) -> str:
    return ask_for_link(client, START[purpose], RECIPIENT[purpose])


@pytest.fixture
def finish(purpose: str) -> str:
    return f"{START[purpose]}/finish"


def test_the_loser_of_a_race_gets_the_normal_refusal(
    app: Flask,
    client: Browser,
    link: str,
    finish: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    faster = Browser(app)
    faster.get(link)
    client.get(link)
    # Both requests have accepted the link; the other one finishes during this one's hash.
    won = overtake(monkeypatch, lambda: faster.post(finish, data=FORM).status_code)
    assert client.post(finish, data=FORM).status_code == 410
    assert won == [303]
    assert not client.is_signed_in()


def test_using_a_link_revokes_links_sent_before(
    client: Browser, clock: TimeMachineFixture, purpose: str, link: str, finish: str
) -> None:
    # The next mail is sent a minute later.
    clock.shift(60)
    later = ask_for_link(client, START[purpose], RECIPIENT[purpose])
    client.get(later)
    assert client.post(finish, data=FORM).status_code == 303
    assert client.get(link).status_code == 410


def test_using_a_link_leaves_those_for_something_else_alone(
    app: Flask, client: Browser, purpose: str, link: str, finish: str
) -> None:
    email = RECIPIENT[purpose]
    with app.app_context():
        way_back = links.create("another", email, accounts.find(email), epoch_bound=False)
    client.get(link)
    assert client.post(finish, data=FORM).status_code == 303
    with app.app_context():
        assert links.find_by_token("another", way_back)


def test_a_link_opens_only_what_it_was_sent_for(client: Browser, purpose: str, link: str) -> None:
    other = "reset" if purpose == "register" else "register"
    token = link.rpartition("/")[2]
    assert client.get(f"{START[other]}/{token}").status_code == 410
    client.get(link)
    assert client.get(f"{START[other]}/finish").status_code == 410
    assert client.post(f"{START[other]}/finish", data=FORM).status_code == 410


def test_a_link_is_finished_in_the_browser_that_opened_it(
    app: Flask, client: Browser, link: str, finish: str
) -> None:
    client.get(link)
    stranger = Browser(app)
    assert stranger.get(finish).status_code == 410
    assert stranger.post(finish, data=FORM).status_code == 410


def test_a_made_up_token_opens_nothing(client: Browser, purpose: str) -> None:
    for token in ("x", "..", "%00", "%F0%9F%98%80", "%ff", "x" * 2000, "finish%20"):
        answer = client.get(f"{START[purpose]}/{token}")
        assert answer.status_code == 410, token
        assert "Set-Cookie" not in answer.headers


def test_opening_a_link_keeps_what_a_visitor_has_chosen(
    client: Browser, link: str, finish: str
) -> None:
    client.post("/language", data={"language": "pt_BR"})
    client.get(link)
    assert language_of(client.get(finish)) == "pt_BR"


def test_opening_a_link_keeps_the_user_signed_in(client: Browser, link: str, finish: str) -> None:
    client.login(password=PASSWORD)
    client.get(link)
    client.get(finish)
    assert client.is_signed_in()
