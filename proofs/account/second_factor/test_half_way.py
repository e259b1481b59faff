"""Between password and code a browser has almost no rights, for ten minutes."""

import pytest
from flask import Flask

from my_flask_app.account.second_factor import codes

from ....account.second_factor import test_half_way
from ....account.second_factor.phone import ARRIVING, Phone, give_code, give_password
from ....account.second_factor.test_half_way import assert_sent_back
from ....support.accounts import add_user, copy_of
from ....support.html import form_at
from ....support.http import Browser
from ....support.sql import run_sql

phone = test_half_way.phone
half_way = test_half_way.half_way


def test_public_pages_see_no_user_before_the_code(half_way: Browser) -> None:
    # A signed-in user would be redirected.
    assert half_way.get("/auth/login").status_code == 200
    assert ">Ana<" not in half_way.get(ARRIVING).text


def test_a_login_that_races_a_new_password_begins_a_dead_session(
    app: Flask, half_way: Browser, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def used_up_meanwhile(*given: object) -> bool:
        run_sql(app, "UPDATE users SET session_epoch = session_epoch + 1")
        return True

    monkeypatch.setattr(codes, "accept", used_up_meanwhile)
    assert give_code(half_way, phone.code()).status_code == 303
    assert not half_way.is_signed_in()


def test_a_login_to_another_account_replaces_a_login_without_its_code(
    app: Flask, half_way: Browser, phone: Phone
) -> None:
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    half_way.login("bob@example.com")
    assert half_way.name() == "Bob"
    assert give_code(half_way, phone.code()).location == "/auth/login"
    assert half_way.name() == "Bob"


def test_logging_out_ends_it(half_way: Browser, phone: Phone) -> None:
    half_way.logout()
    assert_sent_back(half_way, phone)


def test_another_users_session_does_not_revive_a_login_without_its_code(
    app: Flask, half_way: Browser, phone: Phone
) -> None:
    with app.app_context():
        add_user("mallory@example.com", name="Mallory")
    copy = half_way.jar()
    half_way.logout()
    mallory = Browser(app)
    mallory.login("mallory@example.com")
    mallory.keep(copy)
    assert give_code(mallory, phone.code()).location == "/auth/login"
    assert mallory.name() != "Ana"


def test_the_handle_of_a_login_without_its_code_is_random(half_way: Browser) -> None:
    handles = {form_at(half_way, ARRIVING).fields["made_for"]}
    for _ in range(3):
        give_password(half_way)
        handles.add(form_at(half_way, ARRIVING).fields["made_for"])
    assert len(handles) == 4
    assert {len(handle) for handle in handles} == {32}


def test_a_second_login_ends_the_first_session_before_its_code(
    app: Flask, half_way: Browser, phone: Phone
) -> None:
    give_code(half_way, phone.code())
    earlier = copy_of(half_way)
    give_password(half_way)
    assert not earlier.is_signed_in()
    assert not half_way.is_signed_in()
