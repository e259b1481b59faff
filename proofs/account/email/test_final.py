"""A user makes a change of address final with a second factor older than a week."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from ....account.email.conftest import END, NEW, START, Device, change_address, undo
from ....account.email.test_final import wait
from ....support.http import EMAIL, PASSWORD, Browser
from ....support.mail import ask_for_link
from ....support.sql import rows

WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)
NEWER = "ana.newer@example.com"


@pytest.fixture
def ana(client: Browser, user: str, clock: TimeMachineFixture) -> Browser:
    """Return a browser in which Ana is signed in."""
    client.login()
    return client


def addresses(app: Flask) -> list[str]:
    return [row["email"] for row in rows(app, "SELECT email FROM users")]


def test_a_second_factor_set_up_after_the_change_goes_with_the_undo(
    app: Flask, ana: Browser, clock: TimeMachineFixture, device: Device
) -> None:
    way_back = change_address(ana)
    clock.shift(1)
    device.set_up()
    assert ana.post(END).status_code == 403
    assert undo(Browser(app), way_back) == 303
    assert device.since is None


def test_without_a_second_factor_it_lasts_seven_days(
    app: Flask, ana: Browser, clock: TimeMachineFixture
) -> None:
    change_address(ana)
    page = ana.get(START).text
    assert "your former address can undo the latest change" in page
    assert END not in page
    assert ana.post(END).status_code == 403
    clock.shift(WEEK)
    ana.login(NEW)
    assert "former address" not in ana.get(START).text


def test_a_second_factor_finalises_only_changes_it_is_old_enough_for(
    app: Flask, ana: Browser, clock: TimeMachineFixture, device: Device
) -> None:
    device.set_up()
    clock.shift(WEEK - SECOND)
    ana.login()
    earlier = change_address(ana)
    clock.shift(SECOND)
    later = change_address(ana, NEWER)
    assert ana.post(END).status_code == 303
    assert ana.post(END).status_code == 403
    assert Browser(app).get(later).status_code == 410
    assert undo(Browser(app), earlier) == 303
    assert addresses(app) == [EMAIL]


def test_other_links_and_other_accounts_stay(
    app: Flask, ana: Browser, clock: TimeMachineFixture, device: Device
) -> None:
    app.test_cli_runner().invoke(
        args=["user", "create", "bob@example.com", "--name", "Bob"], input=PASSWORD
    )
    bob = Browser(app)
    bob.login("bob@example.com")
    device.set_up()
    wait(ana, clock, WEEK)
    bob.login("bob@example.com")
    of_bob = change_address(bob, "bob.new@example.com")
    change_address(ana)
    reset = ask_for_link(Browser(app), "/auth/reset", NEW)
    assert ana.post(END).status_code == 303
    assert Browser(app).get(reset).status_code == 303
    assert undo(Browser(app), of_bob) == 303
