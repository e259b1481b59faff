"""A user makes a change of address final with a second factor older than a week."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth import accounts
from {{ cookiecutter.project_slug }}.models import User

from ...support.http import EMAIL, Browser
from ...support.mail import letters
from ...support.sql import meanwhile, rows, run_sql
from .conftest import END, FINISH, NEW, START, UNDO, Device, change_address, open_link_to, undo

WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)


@pytest.fixture
def ana(client: Browser, user: str, clock: TimeMachineFixture) -> Browser:
    """Return a browser in which Ana is signed in."""
    client.login()
    return client


def wait(client: Browser, clock: TimeMachineFixture, time: timedelta) -> None:
    """Let time pass, then sign in again."""
    clock.shift(time)
    client.login()


def addresses(app: Flask) -> list[str]:
    return [row["email"] for row in rows(app, "SELECT email FROM users")]


def kinds(app: Flask) -> list[str]:
    return [row["kind"] for row in rows(app, "SELECT kind FROM events ORDER BY id")]


def test_the_old_mailbox_cannot_undo_a_final_change(
    app: Flask, ana: Browser, clock: TimeMachineFixture, device: Device
) -> None:
    device.set_up()
    wait(ana, clock, WEEK)
    way_back = change_address(ana)
    thief = Browser(app)
    thief.get(way_back)
    assert f'action="{END}"' in ana.get(START).text
    done = ana.post(END)
    assert (done.status_code, done.location) == (303, START)
    page = ana.get(START).text
    assert "can no longer undo" in page
    assert END not in page
    for again in (thief.post(UNDO), thief.get(way_back), Browser(app).get(way_back)):
        assert again.status_code == 410
    assert addresses(app) == [NEW]
    assert ana.is_signed_in()
    assert kinds(app)[-1] == "email_change_final"
    (notice,) = letters(app)
    assert notice["To"] == NEW
    assert "is final" in notice["Subject"]


def test_a_final_change_cancels_an_undo_link_not_mailed_yet(
    app: Flask, ana: Browser, clock: TimeMachineFixture, device: Device
) -> None:
    device.set_up()
    wait(ana, clock, WEEK)
    open_link_to(ana)
    ana.post(FINISH)
    assert END in ana.get(START).text
    assert ana.post(END).status_code == 303
    assert [letter["To"] for letter in letters(app)] == [NEW]
    assert not rows(app, "SELECT id FROM links")


@pytest.mark.parametrize("stood", [timedelta(0), WEEK - SECOND])
def test_a_second_factor_younger_than_a_week_makes_nothing_final(
    app: Flask, ana: Browser, clock: TimeMachineFixture, device: Device, stood: timedelta
) -> None:
    """Otherwise a thief could set one up, move the account to a new address, and keep it."""
    device.set_up()
    wait(ana, clock, stood)
    way_back = change_address(ana)
    assert END not in ana.get(START).text
    refused = ana.post(END)
    assert refused.status_code == 403
    assert "seven days" in refused.text
    # It cannot grow old enough before the undo link expires.
    clock.shift(WEEK - SECOND)
    assert undo(Browser(app), way_back) == 303
    assert addresses(app) == [EMAIL]
    assert "email_change_final" not in kinds(app)


def test_a_final_change_requires_a_recent_password_and_our_own_form(
    app: Flask, ana: Browser, clock: TimeMachineFixture, device: Device
) -> None:
    device.set_up()
    wait(ana, clock, WEEK)
    way_back = change_address(ana)
    assert ana.post(END, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert ana.get(END).status_code == 410
    assert Browser(app).post(END).location.startswith("/auth/login")
    clock.shift(601)
    assert ana.post(END).location.startswith("/auth/confirm")
    assert Browser(app).get(way_back).status_code == 303


def test_an_undo_that_comes_first_wins(
    app: Flask,
    ana: Browser,
    clock: TimeMachineFixture,
    device: Device,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device.set_up()
    wait(ana, clock, WEEK)
    change_address(ana)
    real = accounts.lock

    def late(user_id: int | None) -> User | None:
        meanwhile(lambda: run_sql(app, "UPDATE users SET session_epoch = session_epoch + 1"))
        return real(user_id)

    monkeypatch.setattr(accounts, "lock", late)
    assert ana.post(END).status_code == 403
    assert rows(app, "SELECT purpose FROM links") == [{"purpose": "email_undo"}]
