"""The undo link in the old mailbox reverts a thief's change of address."""

from flask import Flask
from time_machine import TimeMachineFixture

from ....account.email import test_undo
from ....account.email.conftest import BOB, NEW, UNDO, Device, change_address, undo
from ....support.accounts import NEW_PASSWORD, add_user
from ....support.http import EMAIL, Browser
from ....support.mail import ask_for_link, letters
from ....support.sql import rows

thief = test_undo.thief
owner = test_undo.owner

NEWER = "ana.newer@example.com"


def addresses(app: Flask) -> list[str]:
    return [row["email"] for row in rows(app, "SELECT email FROM users ORDER BY id")]


def test_an_undo_signs_out_the_user_of_the_browser(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    owner.login(BOB)
    undo(owner, change_address(thief))
    assert not owner.is_signed_in()


def test_the_other_address_gets_a_notice_without_an_undo_link(
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


def test_an_undo_does_not_take_the_address_of_another_account(
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
        assert "Another account" in refused.text
    assert rows(app, "SELECT * FROM users") == before
    assert thief.is_signed_in()
    # The user requested this change in a hurry; without it the link still works.
    app.test_cli_runner().invoke(args=["user", "delete", EMAIL])
    assert undo(owner, link) == 303
    assert addresses(app) == [EMAIL]


def test_an_undo_does_not_restore_a_deleted_account(
    app: Flask, thief: Browser, owner: Browser
) -> None:
    link = change_address(thief)
    app.test_cli_runner().invoke(args=["user", "delete", NEW])
    assert undo(owner, link) == 410
    assert not rows(app, "SELECT * FROM users")


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


def test_an_undo_revokes_the_links_of_the_thief(app: Flask, thief: Browser, owner: Browser) -> None:
    way_back = change_address(thief)
    ask_for_link(thief, "/account/email", NEWER)
    thief.get(ask_for_link(thief, "/auth/reset", NEW))
    undo(owner, way_back)
    assert not rows(app, "SELECT id FROM links")
    assert thief.post("/auth/reset/finish", data={"password": NEW_PASSWORD}).status_code == 410
