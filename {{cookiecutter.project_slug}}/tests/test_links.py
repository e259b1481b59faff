"""Mailed links: used once, for half an hour, for what they were sent for."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth import accounts, links
from {{ cookiecutter.project_slug }}.core.db import Base
from {{ cookiecutter.project_slug }}.core.environ import Rate

from .browser import EMAIL, PASSWORD, Browser
from .conftest import MakeApp
from .hashing import overtake
from .inside import everything_stored, rows
from .letters import ask_for_link
from .reading import language_of

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


def test_looking_at_a_link_does_not_use_it_up(
    app: Flask, client: Browser, link: str, finish: str
) -> None:
    # Mail scanners follow links before people do.
    scanner = Browser(app)
    assert scanner.head(link).status_code == 303
    assert scanner.get(link).status_code == 303
    assert scanner.get(finish).status_code == 200
    assert client.get(link).status_code == 303
    assert client.get(link).status_code == 303
    assert client.post(finish, data=FORM).status_code == 303


def test_one_network_opens_a_link_only_so_often(configure: MakeApp, link: str) -> None:
    # Each opening by a visitor can store a session: anybody with a link could fill the disk.
    app = configure(login_attempts_per_address=Rate(3, 900))
    opened = [Browser(app).get(link).status_code for _ in range(5)]
    assert opened == [303, 303, 303, 429, 429]
    if "sessions" in Base.metadata.tables:
        assert len(rows(app, "SELECT * FROM sessions")) == 3


def test_the_token_leaves_the_address_bar_at_once(client: Browser, link: str, finish: str) -> None:
    token = link.rpartition("/")[2]
    opened = client.get(link)
    assert opened.location == finish
    assert token not in opened.text
    assert token not in client.get(finish).text
    assert token not in "".join(client.jar().values())


def test_the_database_does_not_know_the_token(app: Flask, link: str) -> None:
    token = link.rpartition("/")[2]
    assert len(token) >= 43
    assert rows(app, "SELECT id FROM links")
    assert token.encode() not in everything_stored(app)


def test_a_link_works_once(
    app: Flask, client: Browser, purpose: str, link: str, finish: str
) -> None:
    start = START[purpose]
    second = Browser(app)
    second.get(link)
    client.get(link)
    assert client.post(finish, data=FORM).status_code == 303
    for answer in (
        second.post(finish, data=FORM),
        second.get(finish),
        client.get(link),
        client.post(finish, data=FORM),
    ):
        assert answer.status_code == 410
        assert f'href="{start}"' in answer.text


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
    # Both have found the link good; the other finishes while this one hashes.
    won = overtake(monkeypatch, lambda: faster.post(finish, data=FORM).status_code)
    assert client.post(finish, data=FORM).status_code == 410
    assert won == [303]
    assert not client.is_signed_in()


def test_using_a_link_voids_those_sent_before(
    client: Browser, clock: TimeMachineFixture, purpose: str, link: str, finish: str
) -> None:
    # The next mail leaves a minute later.
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


def test_a_link_is_good_for_half_an_hour(
    clock: TimeMachineFixture, app: Flask, client: Browser, link: str, finish: str
) -> None:
    opened = Browser(app)
    clock.shift(timedelta(minutes=29, seconds=59))
    assert opened.get(link).status_code == 303
    assert opened.get(finish).status_code == 200
    clock.shift(1)
    assert client.get(link).status_code == 410
    assert opened.get(finish).status_code == 410
    assert opened.post(finish, data=FORM).status_code == 410


def test_a_link_that_grows_too_old_while_a_password_is_hashed_is_void(
    clock: TimeMachineFixture,
    client: Browser,
    link: str,
    finish: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.get(link)
    overtake(monkeypatch, lambda: clock.shift(timedelta(minutes=30)))
    assert client.post(finish, data=FORM).status_code == 410
    done = rows(client.application, "SELECT kind FROM events")
    assert not [event for event in done if event["kind"] in {"registered", "password_reset"}]
    assert client.login(password=PASSWORD).status_code == 303


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


def test_opening_a_link_keeps_one_signed_in(client: Browser, link: str, finish: str) -> None:
    client.login(password=PASSWORD)
    client.get(link)
    client.get(finish)
    assert client.is_signed_in()
