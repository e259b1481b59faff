"""A form acts for the mailed link that opened it, even if another link was opened later."""

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.auth import accounts, links

from ..support.accounts import NEW_PASSWORD, add_user
from ..support.html import form_at
from ..support.http import EMAIL, Browser
from ..support.mail import ask_for_link

BOB = "bob@example.com"
MALLORY = "mallory@example.com"
START = {"register": "/auth/register", "reset": "/auth/reset"}
RECIPIENTS = {"register": ["new@example.com", "newer@example.com"], "reset": [EMAIL, BOB]}


@pytest.fixture(params=START)
def purpose(request: pytest.FixtureRequest, app: Flask, user: str) -> str:
    with app.app_context():
        add_user(BOB, name="Bob")
    return str(request.param)


@pytest.fixture
def finish(purpose: str) -> str:
    return f"{START[purpose]}/finish"


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
