"""The undo link in the old mailbox reverts a thief's change of address."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth import accounts
from {{ cookiecutter.project_slug }}.auth.parts import Access
from {{ cookiecutter.project_slug }}.core.db import now
from {{ cookiecutter.project_slug }}.models import User

from ...conftest import MakeApp
from ...support.accounts import NEW_PASSWORD, add_user, change_password, change_user
from ...support.html import form_at
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.mail import letters, link_in
from ...support.parts import add_part
from ...support.sql import meanwhile, rows
from .conftest import BOB, FINISH, NEW, UNDO, Device, change_address, open_link_to, undo

NEWER = "ana.newer@example.com"
NEW_BOB = "bob.new@example.com"


def addresses(app: Flask) -> list[str]:
    return [row["email"] for row in rows(app, "SELECT email FROM users ORDER BY id")]


def test_a_change_is_undone_by_its_own_form(app: Flask, ana: Browser) -> None:
    first = change_address(ana, NEW)
    second = change_address(ana, "newer@example.com")
    owner = Browser(app)
    owner.get(first)
    form = form_at(owner, UNDO).fields
    owner.get(second)
    assert owner.post(UNDO, data=form).status_code == 303
    assert addresses(app) == [EMAIL]


def test_no_undo_link_is_written_while_an_earlier_one_is_used(
    app: Flask, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = change_address(ana)
    open_link_to(ana, BOB)
    ana.post(FINISH)
    won: list[int] = []
    real = accounts.lock

    def lock_late(user_id: int | None) -> User | None:
        # At this point the worker has already claimed the mail.
        if not won:
            won.append(0)
            won[0] = meanwhile(lambda: undo(Browser(app), first))
        return real(user_id)

    monkeypatch.setattr(accounts, "lock", lock_late)
    assert [letter["To"] for letter in letters(app)] == [BOB, EMAIL]
    assert won == [303]
    assert rows(app, "SELECT purpose FROM links") == [{"purpose": "reset"}]


@pytest.fixture
def thief(client: Browser, user: str) -> Browser:
    """Return the browser of a thief who knows the password."""
    client.login()
    return client


@pytest.fixture
def owner(app: Flask) -> Browser:
    return Browser(app)


def test_an_undo_gives_the_account_its_old_address_back(thief: Browser, owner: Browser) -> None:
    link = change_address(thief)
    opened = owner.get(link)
    assert (opened.status_code, opened.location) == (303, UNDO)
    assert EMAIL in owner.get(UNDO).text
    assert addresses(owner.application) == [NEW]
    done = owner.post(UNDO)
    assert (done.status_code, done.location) == (303, "/auth/login")
    assert "Your old address is back." in owner.get("/auth/login").text
    assert addresses(owner.application) == [EMAIL]
    kinds = rows(owner.application, "SELECT kind FROM events ORDER BY id")
    assert kinds[-1] == {"kind": "email_change_undone"}


def test_an_undo_ends_every_session_and_signs_nobody_in(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    link = change_address(thief)
    elsewhere = Browser(app)
    elsewhere.login(NEW, remember="y")
    undo(owner, link)
    assert not thief.is_signed_in()
    assert not elsewhere.is_signed_in()
    assert not owner.is_signed_in()


def test_an_undo_disables_the_password_and_mails_a_reset_link(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    link = change_address(thief)
    assert change_password(thief) == 303
    # A stranger's request just before delays nothing.
    stranger = Browser(app)
    stranger.post("/auth/reset", data={"email": NEW})
    stranger.post("/auth/reset", data={"email": EMAIL})
    letters(app)
    assert undo(owner, link) == 303
    mails = {letter["To"]: letter for letter in letters(app)}
    for password in (PASSWORD, NEW_PASSWORD, ""):
        assert thief.login(EMAIL, password).status_code == 422
    owner.get(link_in(mails[EMAIL]))
    form = {"password": "granite violin harbour seven"}
    assert owner.post("/auth/reset/finish", data=form).status_code == 303
    assert owner.login(EMAIL, form["password"]).status_code == 303


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=2)])
def test_an_undo_link_expires_seven_days_after_the_change(
    thief: Browser, owner: Browser, clock: TimeMachineFixture, late: timedelta
) -> None:
    open_link_to(thief)
    thief.post(FINISH)
    clock.shift(late)
    (notice,) = letters(owner.application)
    link = link_in(notice)
    clock.shift(timedelta(days=7, seconds=-1) - late)
    assert owner.get(link).status_code == 303
    assert owner.get(UNDO).status_code == 200
    clock.shift(1)
    assert owner.get(link).status_code == 410
    assert owner.post(UNDO).status_code == 410


def test_an_undo_changes_nothing_in_a_disabled_account(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    link = change_address(thief)
    with app.app_context():
        change_user(NEW, disabled_at=now())
    assert undo(owner, link) == 410
    assert addresses(app) == [NEW]
    assert not letters(app)


@pytest.mark.parametrize("late", [False, True])
def test_an_undo_removes_a_second_factor_set_up_since_the_change(
    app: Flask,
    thief: Browser,
    owner: Browser,
    clock: TimeMachineFixture,
    device: Device,
    late: bool,
) -> None:
    open_link_to(thief)
    thief.post(FINISH)
    mails = [] if late else letters(app)
    clock.shift(1)
    device.set_up()
    clock.shift(1)
    (notice,) = mails or letters(app)
    assert undo(owner, link_in(notice)) == 303
    assert device.since is None


def test_an_undo_removes_every_other_way_to_log_in(make_app: MakeApp, user: str) -> None:
    removed: list[str] = []
    app = add_part(make_app(), access=Access(lambda user: [], lambda user: removed.append("all")))
    thief, owner = Browser(app), Browser(app)
    thief.login()
    assert undo(owner, change_address(thief)) == 303
    assert removed == ["all"]


def test_an_undo_revokes_the_undo_links_of_later_changes(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    first = change_address(thief)
    second = change_address(thief, NEWER)
    opened = Browser(app)
    opened.get(second)
    assert undo(owner, first) == 303
    assert opened.post(UNDO).status_code == 410
    assert thief.get(second).status_code == 410
    assert addresses(app) == [EMAIL]


def test_an_undo_cancels_later_undo_links_not_mailed_yet(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    first = change_address(thief)
    open_link_to(thief, NEWER)
    thief.post(FINISH)
    assert undo(owner, first) == 303
    assert NEW not in [letter["To"] for letter in letters(app)]


def test_a_thief_cannot_revoke_the_owners_undo_link_with_a_later_one(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    first = change_address(thief)
    second = change_address(thief, NEWER)
    assert undo(thief, second) == 303
    letters(app)
    assert undo(owner, first) == 303
    assert addresses(app) == [EMAIL]


@pytest.fixture
def bob(app: Flask) -> Browser:
    with app.app_context():
        add_user(BOB, name="Bob")
    browser = Browser(app)
    browser.login(BOB)
    return browser


def test_an_undo_leaves_the_notices_of_other_accounts(
    app: Flask, ana: Browser, bob: Browser
) -> None:
    way_back = change_address(ana)
    open_link_to(bob, NEW_BOB)
    assert bob.post(FINISH).status_code == 303
    assert undo(Browser(app), way_back) == 303
    mails = {letter["To"]: letter for letter in letters(app)}
    assert undo(Browser(app), link_in(mails[BOB])) == 303
    assert rows(app, "SELECT id FROM users WHERE email = :email", email=BOB)
