"""An undone change takes back the notices of what came after it, and no other mail."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from ...browser import EMAIL, Browser
from ...inside import rows, run_sql
from ...letters import letters, link_in
from ...people import add_user
from .changing import BOB, FINISH, NEW, change_address, open_link_to, undo

NEWER = "ana.newer@example.com"
NEW_BOB = "bob.new@example.com"


@pytest.fixture
def ana(client: Browser, user: str) -> Browser:
    client.login()
    return client


@pytest.fixture
def bob(app: Flask) -> Browser:
    with app.app_context():
        add_user(BOB, name="Bob")
    browser = Browser(app)
    browser.login(BOB)
    return browser


def test_the_notices_of_others_are_sent(app: Flask, ana: Browser, bob: Browser) -> None:
    way_back = change_address(ana)
    open_link_to(bob, NEW_BOB)
    assert bob.post(FINISH).status_code == 303
    assert undo(Browser(app), way_back) == 303
    mails = {letter["To"]: letter for letter in letters(app)}
    assert undo(Browser(app), link_in(mails[BOB])) == 303
    assert rows(app, "SELECT id FROM users WHERE email = :email", email=BOB)


def test_a_notice_of_an_earlier_change_is_sent_however_late(
    app: Flask, ana: Browser, clock: TimeMachineFixture
) -> None:
    open_link_to(ana)
    ana.post(FINISH)
    # The old address takes no mail for now.
    run_sql(app, "UPDATE outbox SET due_at = NULL")
    clock.shift(1)
    assert undo(Browser(app), change_address(ana, NEWER)) == 303
    run_sql(app, "UPDATE outbox SET due_at = created_at")
    mails = {letter["To"]: letter for letter in letters(app) if letter["To"] != NEW}
    assert undo(Browser(app), link_in(mails[EMAIL])) == 303
    assert rows(app, "SELECT email FROM users") == [{"email": EMAIL}]
