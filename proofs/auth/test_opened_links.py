"""A form acts for the mailed link that opened it, even if another link was opened later."""

import pytest
from flask import Flask

from ...auth import test_links
from ...auth.test_links import open_links
from ...support.accounts import NEW_PASSWORD, add_user
from ...support.html import form_at
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.mail import ask_for_link
from ...support.sql import rows, run_sql

purpose = test_links.purpose
finish = test_links.finish

BOB = "bob@example.com"
START = {"register": "/auth/register", "reset": "/auth/reset"}
RECIPIENTS = {"register": ["new@example.com", "newer@example.com"], "reset": [EMAIL, BOB]}


def filled(form: dict[str, str], password: str = NEW_PASSWORD) -> dict[str, str]:
    return {**form, "name": "Nina", "password": password}


def test_a_form_that_names_no_link_acts_for_the_last(
    app: Flask, client: Browser, purpose: str, finish: str
) -> None:
    first, second = RECIPIENTS[purpose]
    mailed = [ask_for_link(client, START[purpose], email) for email in (first, second)]
    for link in (*mailed, mailed[0]):
        client.get(link)
    assert client.post(finish, data=filled({})).status_code == 303
    assert Browser(app).login(first, NEW_PASSWORD).status_code == 303


@pytest.mark.parametrize("named", ["0", "-1", "", "x", "1.0", "1" * 30, "\u00b2"])
def test_a_link_that_was_not_opened_here_is_refused(
    client: Browser, purpose: str, finish: str, named: str
) -> None:
    open_links(client, START[purpose], *RECIPIENTS[purpose])
    refused = client.post(finish, data=filled({"made_for": named}))
    assert refused.status_code == 410
    assert f'href="{START[purpose]}"' in refused.text


def test_a_link_that_another_browser_opened_is_refused_here(
    app: Flask, client: Browser, purpose: str, finish: str
) -> None:
    first, second = RECIPIENTS[purpose]
    (form,) = open_links(client, START[purpose], first)
    stranger = Browser(app)
    assert stranger.post(finish, data=filled(form)).status_code == 410
    open_links(stranger, START[purpose], second)
    assert stranger.post(finish, data=filled(form)).status_code == 410


def test_a_used_link_is_refused_and_not_replaced_by_another(
    app: Flask, client: Browser, purpose: str, finish: str
) -> None:
    first, second = RECIPIENTS[purpose]
    form, _ = open_links(client, START[purpose], first, second)
    run_sql(app, "DELETE FROM links WHERE id = :id", id=int(form["made_for"]))
    assert client.post(finish, data=filled(form)).status_code == 410
    assert len(rows(app, "SELECT id FROM links")) == 1


def test_links_for_different_things_do_not_revoke_each_other(app: Flask, client: Browser) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    (form,) = open_links(client, START["reset"], BOB)
    open_links(client, START["register"], "new@example.com")
    assert form_at(client, "/auth/reset/finish").fields == form
    assert client.post("/auth/reset/finish", data=filled(form)).status_code == 303


def test_the_mark_of_a_link_is_not_compared_with_that_of_the_account(
    app: Flask, client: Browser, purpose: str, finish: str
) -> None:
    first, _ = RECIPIENTS[purpose]
    client.login(password=PASSWORD)
    (form,) = open_links(client, START[purpose], first)
    assert client.post(finish, data=filled(form)).status_code == 303
    assert Browser(app).login(first, NEW_PASSWORD).status_code == 303
