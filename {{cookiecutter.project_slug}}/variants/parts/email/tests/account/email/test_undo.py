"""The way back to an old address: what a thief did is undone, and can no longer hurt."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.core.db import now

from ...acting import NEW_PASSWORD, change_password
from ...browser import EMAIL, PASSWORD, Browser
from ...hashing import watch_hashing
from ...inside import db, rows
from ...letters import ask_for_link, letters, link_in
from ...people import add_user, change_user
from .changing import BOB, FINISH, NEW, UNDO, change_address, open_link_to, undo
from .conftest import Device

NEWER = "ana.newer@example.com"


@pytest.fixture
def thief(client: Browser, user: str) -> Browser:
    """Return a browser of somebody who knows the password."""
    client.login()
    return client


@pytest.fixture
def owner(app: Flask) -> Browser:
    return Browser(app)


def addresses(app: Flask) -> list[str]:
    return [row["email"] for row in rows(app, "SELECT email FROM users ORDER BY id")]


def test_the_account_gets_its_old_address_back(thief: Browser, owner: Browser) -> None:
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


def test_it_ends_every_session_and_signs_nobody_in(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    link = change_address(thief)
    elsewhere = Browser(app)
    elsewhere.login(NEW, remember="y")
    undo(owner, link)
    assert not thief.is_signed_in()
    assert not elsewhere.is_signed_in()
    assert not owner.is_signed_in()


def test_it_signs_out_whoever_used_the_browser(app: Flask, thief: Browser, owner: Browser) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    owner.login(BOB)
    undo(owner, change_address(thief))
    assert not owner.is_signed_in()


def test_the_password_the_thief_knows_stops_working_and_a_reset_is_mailed(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    link = change_address(thief)
    assert change_password(thief) == 303
    # A stranger's request, just before, delays nothing.
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


def test_the_other_address_is_told_and_given_no_way_back(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    undo(owner, change_address(thief))
    mails = {letter["To"]: letter for letter in letters(app)}
    assert set(mails) == {EMAIL, NEW}
    assert "://" not in mails[NEW].get_content()
    assert EMAIL not in mails[NEW].get_content()


def test_looking_does_not_use_a_link_up_and_undoing_does(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    link = change_address(thief)
    scanner = Browser(app)
    for looked in (scanner.head(link), scanner.get(link), owner.get(link)):
        assert looked.status_code == 303
    assert scanner.get(UNDO).status_code == 200
    assert owner.post(UNDO).status_code == 303
    for again in (scanner.get(UNDO), scanner.post(UNDO), owner.get(link), owner.post(UNDO)):
        assert again.status_code == 410


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=2)])
def test_a_link_is_good_for_seven_days_from_the_change(
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


def test_an_address_that_somebody_else_has_by_now_is_not_taken_away(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    link = change_address(thief)
    with app.app_context():
        add_user(EMAIL, name="Anna")
    owner.get(link)
    before = rows(app, "SELECT * FROM users")
    for _ in range(2):
        refused = owner.post(UNDO)
        assert refused.status_code == 409
        assert "another account" in refused.text
    assert rows(app, "SELECT * FROM users") == before
    assert thief.is_signed_in()
    # It was the owner's, made in a hurry: without it the link does its work.
    app.test_cli_runner().invoke(args=["user", "delete", EMAIL])
    assert undo(owner, link) == 303
    assert addresses(app) == [EMAIL]


def test_a_disabled_account_stays_as_it_is(app: Flask, thief: Browser, owner: Browser) -> None:
    link = change_address(thief)
    with app.app_context():
        change_user(NEW, disabled_at=now())
    assert undo(owner, link) == 410
    assert addresses(app) == [NEW]
    assert not letters(app)


def test_of_a_deleted_account_nothing_comes_back(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    link = change_address(thief)
    app.test_cli_runner().invoke(args=["user", "delete", NEW])
    assert undo(owner, link) == 410
    assert not rows(app, "SELECT * FROM users")


@pytest.mark.parametrize("late", [False, True])
def test_a_second_factor_set_up_since_the_change_goes(
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


def test_an_older_second_factor_stays(
    thief: Browser, owner: Browser, clock: TimeMachineFixture, device: Device
) -> None:
    device.set_up()
    clock.shift(1)
    assert undo(owner, change_address(thief)) == 303
    assert device.since is not None


def test_every_link_leads_back_to_its_own_address(thief: Browser, owner: Browser) -> None:
    change_address(thief)
    second = change_address(thief, NEWER)
    assert undo(owner, second) == 303
    assert addresses(owner.application) == [NEW]


def test_undoing_voids_the_ways_back_to_later_addresses(
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


def test_undoing_voids_a_way_back_that_is_still_to_be_mailed(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    first = change_address(thief)
    open_link_to(thief, NEWER)
    thief.post(FINISH)
    assert undo(owner, first) == 303
    assert NEW not in [letter["To"] for letter in letters(app)]


def test_a_thief_cannot_void_the_owners_way_back_with_a_later_one(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    first = change_address(thief)
    second = change_address(thief, NEWER)
    assert undo(thief, second) == 303
    letters(app)
    assert undo(owner, first) == 303
    assert addresses(app) == [EMAIL]


def test_undoing_voids_the_links_of_the_thief(app: Flask, thief: Browser, owner: Browser) -> None:
    way_back = change_address(thief)
    ask_for_link(thief, "/account/email", NEWER)
    thief.get(ask_for_link(thief, "/auth/reset", NEW))
    undo(owner, way_back)
    assert not rows(app, "SELECT id FROM links")
    assert thief.post("/auth/reset/finish", data={"password": NEW_PASSWORD}).status_code == 410


def test_no_transaction_is_open_while_the_unknown_password_is_hashed(
    thief: Browser, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = change_address(thief)
    seen: list[bool] = []
    watch_hashing(monkeypatch, lambda: seen.append(db.session.in_transaction()))
    assert undo(owner, link) == 303
    assert seen == [False]
