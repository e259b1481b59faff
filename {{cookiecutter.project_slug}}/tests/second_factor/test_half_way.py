"""Between password and code a browser holds next to nothing, and not for long."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.account.second_factor import codes

from ..acting import copy_of, end_everywhere
from ..browser import Browser
from ..inside import run_sql
from ..people import add_user
from .phone import ARRIVING, Phone, equip, give_code, give_password


@pytest.fixture
def phone(app: Flask, user: str) -> Phone:
    return equip(app)


@pytest.fixture
def half_way(client: Browser, phone: Phone) -> Browser:
    """Return a browser that the right password was given in."""
    give_password(client)
    return client


def assert_sent_back(browser: Browser, phone: Phone) -> None:
    answer = give_code(browser, phone.code())
    assert (answer.status_code, answer.location) == (303, "/auth/login")
    assert not browser.is_signed_in()


def test_it_opens_nothing_that_is_closed(app: Flask, half_way: Browser) -> None:
    closed = 0
    for rule in app.url_map.iter_rules():
        path = app.url_map.bind("").build(rule.endpoint, dict.fromkeys(rule.arguments, "1"))
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


def test_it_is_nobody_in_pages_that_are_open(half_way: Browser) -> None:
    assert "You are not logged in" in half_way.get("/").text
    assert "Ana" not in half_way.get(ARRIVING).text


def test_it_lasts_ten_minutes(
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


def test_it_does_not_outlive_the_epoch(app: Flask, half_way: Browser, phone: Phone) -> None:
    """A changed password voids what the old one has begun."""
    end_everywhere(app)
    assert_sent_back(half_way, phone)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET disabled_at = CURRENT_TIMESTAMP",
        "UPDATE users SET totp_secret = NULL",
        "DELETE FROM users",
    ],
)
def test_it_does_not_outlive_what_it_was_about(
    app: Flask, half_way: Browser, phone: Phone, change: str
) -> None:
    run_sql(app, change)
    assert_sent_back(half_way, phone)


def test_a_login_that_races_a_new_password_begins_a_dead_session(
    app: Flask, half_way: Browser, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def used_up_meanwhile(*given: object) -> bool:
        run_sql(app, "UPDATE users SET session_epoch = session_epoch + 1")
        return True

    monkeypatch.setattr(codes, "use", used_up_meanwhile)
    assert give_code(half_way, phone.code()).status_code == 303
    assert not half_way.is_signed_in()


def test_whoever_planted_a_session_does_not_share_it(
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
    visitor.post("/language", data={"language": "en"})
    client.keep(visitor.jar())
    give_password(client)
    assert_sent_back(visitor, phone)
    assert give_code(client, phone.code()).status_code == 303


def test_logging_in_as_somebody_else_takes_its_place(
    app: Flask, half_way: Browser, phone: Phone
) -> None:
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    half_way.login("bob@example.com")
    assert "Hello, Bob" in half_way.get("/").text
    assert give_code(half_way, phone.code()).location == "/auth/login"
    assert "Hello, Bob" in half_way.get("/").text


def test_logging_out_ends_it(half_way: Browser, phone: Phone) -> None:
    half_way.logout()
    assert_sent_back(half_way, phone)


def test_a_second_login_ends_the_first_session_before_it_has_one_of_its_own(
    app: Flask, half_way: Browser, phone: Phone
) -> None:
    give_code(half_way, phone.code())
    earlier = copy_of(half_way)
    give_password(half_way)
    assert not earlier.is_signed_in()
    assert not half_way.is_signed_in()
