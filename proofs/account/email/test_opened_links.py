"""Each form of a change of address acts for the link that it was opened with."""

from flask import Flask

from ....account.email.conftest import BOB, FINISH, NEW, UNDO, change_address, open_link_to
from ....support.accounts import add_user
from ....support.html import form_at
from ....support.http import EMAIL, Browser
from ....support.mail import ask_for_link
from ....support.sql import rows


def addresses(app: Flask) -> list[str]:
    return [row["email"] for row in rows(app, "SELECT email FROM users ORDER BY id")]


def test_the_first_of_two_addresses_is_confirmed_by_its_own_form(app: Flask, ana: Browser) -> None:
    open_link_to(ana, NEW)
    form = form_at(ana, FINISH).fields
    open_link_to(ana, BOB)
    assert ana.post(FINISH, data=form).status_code == 303
    assert addresses(app) == [NEW]


def test_the_form_of_another_account_confirms_nothing(app: Flask, ana: Browser) -> None:
    open_link_to(ana, NEW)
    form = form_at(ana, FINISH).fields
    with app.app_context():
        add_user(BOB, name="Bob")
    ana.logout()
    ana.login(BOB)
    assert ana.post(FINISH, data=form).status_code == 410
    assert addresses(app) == [EMAIL, BOB]


def test_undoing_leaves_a_reset_open(app: Flask, ana: Browser) -> None:
    way_back = change_address(ana)
    owner = Browser(app)
    owner.get(ask_for_link(owner, "/auth/reset", NEW))
    form = form_at(owner, "/auth/reset/finish").fields
    owner.get(way_back)
    chosen = {**form, "password": "short"}
    assert owner.post("/auth/reset/finish", data=chosen).status_code == 422


def test_a_user_signed_in_to_another_account_can_still_undo(app: Flask, ana: Browser) -> None:
    way_back = change_address(ana)
    with app.app_context():
        add_user(BOB, name="Bob")
    bob = Browser(app)
    bob.login(BOB)
    bob.get(way_back)
    assert bob.post(UNDO, data=form_at(bob, UNDO).fields).status_code == 303
    assert addresses(app) == [EMAIL, BOB]
