"""Of two concurrent changes one wins; the other gets a page that says so."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from time_machine import TimeMachineFixture

from my_flask_app.account.email import views
from my_flask_app.auth import accounts, links
from my_flask_app.auth.links import Link
from my_flask_app.auth.opened_links import opened_link
from my_flask_app.core.db import db, write_unless_busy
from my_flask_app.models import User

from ....account.email.conftest import BOB, FINISH, NEW, START, UNDO, change_address, open_link_to
from ....support.accounts import add_user, change_password
from ....support.http import EMAIL, Browser
from ....support.mail import ask_for_link, letters
from ....support.sql import broken_database, meanwhile, rows

Overtake = Callable[[Callable[[], object]], list[object]]


@pytest.fixture
def overtake(monkeypatch: pytest.MonkeyPatch) -> Overtake:
    """Return a function that runs other work right after the guard has accepted a request."""

    def plan(work: Callable[[], object]) -> list[object]:
        done: list[object] = []

        def look_late(purpose: str) -> Link | None:
            if not done:
                done.append(None)
                done[0] = meanwhile(work)
            return opened_link(purpose)

        monkeypatch.setattr(views, "opened_link", look_late)
        return done

    return plan


def addresses(app: Flask) -> list[str]:
    return [row["email"] for row in rows(app, "SELECT email FROM users ORDER BY id")]


def test_of_two_concurrent_confirmations_one_wins(
    app: Flask, ana: Browser, overtake: Overtake
) -> None:
    link = open_link_to(ana)
    elsewhere = Browser(app)
    elsewhere.login()
    elsewhere.get(link)
    won = overtake(lambda: elsewhere.post(FINISH).status_code)
    assert ana.post(FINISH).status_code == 410
    assert won == [303]
    assert addresses(app) == [NEW]
    assert elsewhere.is_signed_in()
    assert not ana.is_signed_in()
    assert len(letters(app)) == 1


def test_of_two_addresses_confirmed_concurrently_one_wins(
    app: Flask, ana: Browser, overtake: Overtake
) -> None:
    open_link_to(ana)
    elsewhere = Browser(app)
    elsewhere.login()
    elsewhere.get(ask_for_link(elsewhere, START, BOB))
    won = overtake(lambda: elsewhere.post(FINISH).status_code)
    assert ana.post(FINISH).status_code == 410
    assert won == [303]
    assert addresses(app) == [BOB]


def test_a_link_used_between_look_and_click_counts_once(
    app: Flask, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("on SQLite nobody else writes between the look and the change")
    link = open_link_to(ana)
    elsewhere = Browser(app)
    elsewhere.login()
    elsewhere.get(link)
    won: list[int] = []
    real = accounts.lock

    def lock_late(user_id: int | None) -> User | None:
        if not won:
            won.append(0)
            won[0] = meanwhile(lambda: elsewhere.post(FINISH).status_code)
        return real(user_id)

    monkeypatch.setattr(accounts, "lock", lock_late)
    assert ana.post(FINISH).status_code == 410
    assert won == [303]
    assert [letter["To"] for letter in letters(app)] == [EMAIL]


def test_a_link_that_ends_between_look_and_click_changes_nothing(
    app: Flask, ana: Browser, clock: TimeMachineFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_link_to(ana)
    real = accounts.lock

    def lock_late(user_id: int | None) -> User | None:
        clock.shift(links.LIFETIME)
        return real(user_id)

    monkeypatch.setattr(accounts, "lock", lock_late)
    assert ana.post(FINISH).status_code == 410
    assert addresses(app) == [EMAIL]
    assert not letters(app)


def test_the_account_is_locked_while_a_link_is_written(
    app: Flask, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the account were deleted first, the mail would fail and be retried."""
    written: list[bool] = []
    real = accounts.find

    def write() -> bool:
        with app.app_context():
            return write_unless_busy(update(User).values(name=User.name))

    def find_late(email: str) -> User | None:
        written.append(meanwhile(write))
        return real(email)

    ana.post(START, data={"email": NEW})
    monkeypatch.setattr(accounts, "find", find_late)
    assert len(letters(app)) == 1
    assert written == [False]


def test_a_password_change_during_the_confirmation_revokes_the_link(
    app: Flask, ana: Browser, overtake: Overtake
) -> None:
    open_link_to(ana)
    elsewhere = Browser(app)
    elsewhere.login()
    won = overtake(lambda: change_password(elsewhere))
    assert ana.post(FINISH).status_code == 410
    assert won == [303]
    assert addresses(app) == [EMAIL]


def test_an_account_deleted_at_the_last_moment_is_no_error(
    app: Flask, ana: Browser, overtake: Overtake
) -> None:
    open_link_to(ana)
    overtake(lambda: app.test_cli_runner().invoke(args=["user", "delete", EMAIL]))
    assert ana.post(FINISH).status_code == 410
    assert addresses(app) == []


@pytest.mark.parametrize("moment", ["between mail and click", "at the last moment"])
def test_an_address_taken_meanwhile_stays_with_its_owner(
    app: Flask, ana: Browser, overtake: Overtake, moment: str
) -> None:
    def take() -> None:
        with app.app_context():
            add_user(NEW, name="Nina")

    open_link_to(ana)
    if moment == "at the last moment":
        overtake(take)
    else:
        take()
    refused = ana.post(FINISH)
    assert refused.status_code == 409
    assert "Another account" in refused.text
    assert addresses(app) == [EMAIL, NEW]
    assert ana.is_signed_in()
    assert not letters(app)
    assert not rows(app, "SELECT id FROM events WHERE kind = 'email_changed'")


def test_another_database_error_is_not_reported_as_a_taken_address(
    app: Flask, ana: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Otherwise the page would wrongly say that the address is taken, and the log nothing."""
    open_link_to(ana)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    with broken_database(app, "UPDATE users SET email", IntegrityError):
        assert ana.post(FINISH).status_code == 500
    assert "Traceback" in caplog.text
    assert ana.post(FINISH).status_code == 303
    assert addresses(app) == [NEW]


def test_of_two_users_who_claim_an_address_one_gets_it(app: Flask, ana: Browser) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    bob = Browser(app)
    bob.login(BOB)
    open_link_to(ana)
    open_link_to(bob)
    assert bob.post(FINISH).status_code == 303
    assert ana.post(FINISH).status_code in {409, 410}
    assert addresses(app) == [EMAIL, NEW]


def test_of_two_concurrent_undos_one_wins(app: Flask, ana: Browser, overtake: Overtake) -> None:
    link = change_address(ana)
    slow, fast = Browser(app), Browser(app)
    slow.get(link)
    fast.get(link)
    # Both requests were accepted; the other one finishes before this one reads its link.
    won = overtake(lambda: fast.post(UNDO).status_code)
    assert slow.post(UNDO).status_code == 410
    assert won == [303]
    assert addresses(app) == [EMAIL]
    assert [letter["To"] for letter in letters(app)] == [NEW, EMAIL]
