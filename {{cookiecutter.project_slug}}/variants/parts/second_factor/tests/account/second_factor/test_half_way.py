"""A login that lacks its code opens nothing but the page that asks for it."""

from collections.abc import Callable

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth.guards import is_public

from ...support.accounts import add_user, copy_of, end_everywhere
from ...support.html import addresses, form_at
from ...support.http import Browser
from ...support.mail import open_link
from ...support.sql import everything_stored, run_sql
from ...test_pages import PUBLIC
from .phone import ARRIVING, PAGE, Phone, equip, give_code, give_password

BOB = "bob@example.com"


@pytest.fixture
def phone(app: Flask, user: str) -> Phone:
    return equip(app)


@pytest.fixture
def half_way(client: Browser, phone: Phone) -> Browser:
    """Return a browser that has passed the password step."""
    give_password(client)
    return client


def assert_sent_back(browser: Browser, phone: Phone) -> None:
    answer = give_code(browser, phone.code())
    assert (answer.status_code, answer.location) == (303, "/auth/login")
    assert not browser.is_signed_in()


def test_a_login_without_its_code_opens_no_closed_page(app: Flask, half_way: Browser) -> None:
    closed = 0
    for rule, path in addresses(app):
        # Only its own tests know what a public page of yours needs.
        if rule.endpoint in PUBLIC:
            continue
        for method in (rule.methods or set()) - {"OPTIONS"}:
            as_visitor = Browser(app).open(path, method=method)
            if not (as_visitor.location or "").startswith("/auth/login"):
                continue
            if path == ARRIVING:
                continue
            closed += 1
            assert half_way.open(path, method=method).location == as_visitor.location, path
    assert closed > 5
    assert half_way.get(ARRIVING).status_code == 200


def test_a_login_without_its_code_expires_after_ten_minutes(
    app: Flask, client: Browser, phone: Phone, clock: TimeMachineFixture
) -> None:
    late = Browser(app)
    for browser in (client, late):
        give_password(browser)
    clock.shift(10 * 60 - 1)
    assert give_code(client, phone.code()).status_code == 303
    clock.shift(1)
    assert_sent_back(late, phone)
    assert "That took too long" in late.get("/auth/login").text


def test_a_password_change_ends_a_login_without_its_code(
    app: Flask, half_way: Browser, phone: Phone
) -> None:
    """A password change cancels logins that began with the old password."""
    end_everywhere(app)
    assert copy_of(half_way).get(ARRIVING).location == "/auth/login"
    assert_sent_back(half_way, phone)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET disabled_at = CURRENT_TIMESTAMP",
        "DELETE FROM second_factors",
        "DELETE FROM users",
    ],
)
def test_a_changed_account_ends_a_login_without_its_code(
    app: Flask, half_way: Browser, phone: Phone, change: str
) -> None:
    run_sql(app, change)
    assert copy_of(half_way).get(ARRIVING).location == "/auth/login"
    assert_sent_back(half_way, phone)


def test_an_attacker_who_planted_a_session_does_not_share_the_login(
    app: Flask, client: Browser, phone: Phone
) -> None:
    with app.app_context():
        add_user("mallory@example.com", name="Mallory")
    mallory = Browser(app)
    mallory.login("mallory@example.com")
    client.keep(mallory.jar())
    give_password(client)
    assert_sent_back(mallory, phone)
    visitor = Browser(app)
    open_link(visitor)
    client.keep(visitor.jar())
    give_password(client)
    assert_sent_back(visitor, phone)
    assert give_code(client, phone.code()).status_code == 303


def use(browser: Browser, phone: Phone) -> None:
    assert give_code(browser, phone.code()).status_code == 303
    assert browser.is_signed_in()


def log_out(browser: Browser, phone: Phone) -> None:
    browser.logout()


def use_and_log_out(browser: Browser, phone: Phone) -> None:
    use(browser, phone)
    browser.logout()


def give_password_again(browser: Browser, phone: Phone) -> None:
    give_password(browser)


@pytest.mark.parametrize("end", [use, log_out, use_and_log_out, give_password_again])
def test_a_copied_cookie_is_worthless_once_the_login_step_ends(
    half_way: Browser, phone: Phone, end: Callable[[Browser, Phone], None]
) -> None:
    copy = copy_of(half_way)
    assert copy.get(ARRIVING).status_code == 200
    end(half_way, phone)
    assert copy.get(ARRIVING).location == "/auth/login"
    answer = give_code(copy, phone.recovery_codes[0])
    assert (answer.status_code, answer.location) == (303, "/auth/login")
    assert not copy.is_signed_in()


def test_the_code_form_of_an_earlier_login_is_refused(
    app: Flask, half_way: Browser, phone: Phone
) -> None:
    """With two accounts in two tabs, the code of the first must not be tried for the second."""
    with app.app_context():
        add_user(BOB, name="Bob")
    bobs = equip(app, BOB)
    form = form_at(half_way, ARRIVING).fields
    half_way.login(BOB)
    stored = everything_stored(app)
    refused = half_way.post(ARRIVING, data={**form, "code": phone.code()})
    assert refused.status_code == 409
    assert "Nothing was changed" in refused.text
    assert everything_stored(app) == stored
    newer = form_at(half_way, ARRIVING).fields
    wrong = half_way.post(ARRIVING, data={**newer, "code": bobs.wrong_code()})
    assert wrong.status_code == 422
    assert f'name="made_for" value="{newer["made_for"]}"' in wrong.text
    assert half_way.post(ARRIVING, data={**newer, "code": bobs.code()}).status_code == 303
    assert half_way.name() == "Bob"


def test_only_the_code_page_is_public(app: Flask, client: Browser) -> None:
    with app.app_context():
        ours = {name for name in app.view_functions if name.startswith("second_factor.")}
        assert {name for name in ours if is_public(name)} == {"second_factor.challenge"}
    assert client.get(PAGE).location.startswith("/auth/login?")
    for path in (f"{PAGE}/codes", f"{PAGE}/off"):
        assert client.post(path).location == "/auth/login"
    # Without the password step, even this page redirects to login.
    assert client.get(ARRIVING).location == "/auth/login"
