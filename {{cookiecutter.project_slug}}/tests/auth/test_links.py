"""A mailed link works once, for a limited time, for its purpose, and by the form that it opened."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth import accounts, links
from {{ cookiecutter.project_slug }}.config import LINK_MINUTES
from {{ cookiecutter.project_slug }}.core.db import Base
from {{ cookiecutter.project_slug }}.core.environ import Rate

from ..conftest import MakeApp
from ..support.accounts import NEW_PASSWORD, add_user, overtake
from ..support.html import form_at
from ..support.http import EMAIL, PASSWORD, Browser
from ..support.mail import ask_for_link
from ..support.sql import everything_stored, rows

FORM = {"name": "Bob", "password": "umbrella lantern gravel Tuesday"}
START = {"register": "/auth/register", "reset": "/auth/reset"}
BOB = "bob@example.com"
RECIPIENT = {"register": "new@example.com", "reset": EMAIL}
MALLORY = "mallory@example.com"
RECIPIENTS = {"register": ["new@example.com", "newer@example.com"], "reset": [EMAIL, BOB]}


@pytest.fixture(params=START)
def purpose(request: pytest.FixtureRequest, app: Flask, user: str) -> str:
    with app.app_context():
        add_user(BOB, name="Bob")
    return str(request.param)


@pytest.fixture
def link(client: Browser, purpose: str) -> str:
    return ask_for_link(client, START[purpose], RECIPIENT[purpose])


@pytest.fixture
def finish(purpose: str) -> str:
    return f"{START[purpose]}/finish"


def test_opening_a_link_does_not_use_it_up(
    app: Flask, client: Browser, link: str, finish: str
) -> None:
    # Mail scanners open links before users do.
    scanner = Browser(app)
    assert scanner.head(link).status_code == 303
    assert scanner.get(link).status_code == 303
    assert scanner.get(finish).status_code == 200
    assert client.get(link).status_code == 303
    assert client.get(link).status_code == 303
    assert client.post(finish, data=FORM).status_code == 303


def test_opening_links_is_limited_for_each_ip_address(configure: MakeApp, link: str) -> None:
    # Each opening can store a visitor's session: one link would be enough to fill the disk.
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


def test_the_database_does_not_store_the_link_token(app: Flask, link: str) -> None:
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


def test_a_link_expires_on_time(
    clock: TimeMachineFixture, app: Flask, client: Browser, link: str, finish: str
) -> None:
    opened = Browser(app)
    clock.shift(timedelta(minutes=LINK_MINUTES, seconds=-1))
    assert opened.get(link).status_code == 303
    assert opened.get(finish).status_code == 200
    clock.shift(1)
    assert client.get(link).status_code == 410
    assert opened.get(finish).status_code == 410
    assert opened.post(finish, data=FORM).status_code == 410


def test_a_link_that_expires_while_a_password_is_hashed_is_refused(
    clock: TimeMachineFixture,
    client: Browser,
    link: str,
    finish: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.get(link)
    overtake(monkeypatch, lambda: clock.shift(timedelta(minutes=LINK_MINUTES)))
    assert client.post(finish, data=FORM).status_code == 410
    done = rows(client.application, "SELECT kind FROM events")
    assert not [event for event in done if event["kind"] in {"registered", "password_reset"}]
    assert client.login(password=PASSWORD).status_code == 303


def open_links(client: Browser, start: str, *recipients: str) -> list[dict[str, str]]:
    """Open links one after another; return the fields of the form that each opens."""
    forms = []
    for email in recipients:
        client.get(ask_for_link(client, start, email))
        forms.append(form_at(client, f"{start}/finish").fields)
        assert f'value="{email}"' in client.get(f"{start}/finish").text
    return forms


def filled(form: dict[str, str], password: str = NEW_PASSWORD) -> dict[str, str]:
    return {**form, "name": "Nina", "password": password}


def test_a_form_acts_for_the_link_that_opened_it(
    app: Flask, client: Browser, purpose: str, finish: str
) -> None:
    first, second = RECIPIENTS[purpose]
    form, _ = open_links(client, START[purpose], first, second)
    assert client.post(finish, data=filled(form)).status_code == 303
    assert Browser(app).login(first, NEW_PASSWORD).status_code == 303
    assert Browser(app).login(second, NEW_PASSWORD).status_code == 422


def test_another_site_cannot_make_a_form_act_for_its_own_link(
    app: Flask, client: Browser, purpose: str, finish: str
) -> None:
    with app.app_context():
        if purpose == "reset":
            add_user(MALLORY, name="Mallory")
    theirs = ask_for_link(Browser(app), START[purpose], MALLORY)
    mine, _ = RECIPIENTS[purpose]
    (form,) = open_links(client, START[purpose], mine)
    assert client.get(theirs, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 303
    # A refused form comes back for the same link; a reload would show the attacker's link.
    refused = client.post(finish, data=filled(form, "short"))
    assert refused.status_code == 422
    assert f'value="{mine}"' in refused.text
    assert f'name="made_for" value="{form["made_for"]}"' in refused.text
    assert client.post(finish, data=filled(form)).status_code == 303
    assert Browser(app).login(mine, NEW_PASSWORD).status_code == 303
    assert Browser(app).login(MALLORY, NEW_PASSWORD).status_code == 422


def test_a_browser_keeps_the_five_links_opened_last(
    app: Flask, client: Browser, purpose: str, finish: str
) -> None:
    with app.app_context():
        tokens = [links.create(purpose, EMAIL, accounts.find(EMAIL)) for _ in range(6)]
    forms = []
    for token in tokens:
        client.get(f"{START[purpose]}/{token}")
        forms.append(form_at(client, finish).fields)
    assert client.post(finish, data=filled(forms[0])).status_code == 410
    assert client.post(finish, data=filled(forms[1], "short")).status_code == 422
