"""A user with a second factor logs in by password, then by code."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from ....account.second_factor.phone import ARRIVING, Phone, equip, give_code, give_password
from ....support.accounts import add_user, change_user
from ....support.http import EMAIL, Browser, session_cookies, set_cookies
from ....support.mail import letters
from ....support.sql import rows, selects, statements


@pytest.fixture
def phone(app: Flask, user: str) -> Phone:
    return equip(app)


def kinds(app: Flask) -> list[str]:
    return [row["kind"] for row in rows(app, "SELECT kind FROM events ORDER BY id")]


def test_a_user_without_a_second_factor_logs_in_by_password(
    app: Flask, client: Browser, phone: Phone
) -> None:
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    assert client.login("bob@example.com").location == "/"
    assert client.is_signed_in()


def test_the_code_leads_to_the_page_that_asked_for_login(client: Browser, phone: Phone) -> None:
    give_password(client, next="/account/password?from=mail")
    assert give_code(client, phone.wrong_code()).status_code == 422
    assert give_code(client, phone.code()).location == "/account/password?from=mail"


@pytest.mark.parametrize("letter", ["a", "\N{GRINNING FACE}", '"'])
def test_a_page_with_a_name_too_long_for_a_cookie_is_forgotten(
    client: Browser, phone: Phone, letter: str
) -> None:
    for length in (90, 5000):
        answer = client.login(next="/" + letter * length)
        assert all(len(cookie.line) < 4096 for cookie in set_cookies(answer))
    assert give_code(client, phone.code()).location == "/"


def test_a_login_is_remembered_if_that_was_ticked(client: Browser, phone: Phone) -> None:
    for more, steps, remembered in (({}, 0, False), ({"remember": "y"}, 1, True)):
        give_password(client, **more)
        done = give_code(client, phone.code(steps_ahead=steps))
        lasting = [one for one in session_cookies(done) if int(one.attributes.get("max-age", 0))]
        assert bool(lasting) is remembered


@pytest.mark.parametrize("typed", ["", " ", "12345", "x" * 24, "\0" * 6, "9" * 9999, "\u00bd" * 6])
def test_a_malformed_code_is_refused(app: Flask, client: Browser, phone: Phone, typed: str) -> None:
    give_password(client)
    refused = give_code(client, typed)
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    assert not client.is_signed_in()


def test_a_recovery_code_in_full_width_letters_is_accepted(client: Browser, phone: Phone) -> None:
    give_password(client)
    wide = {ord(one): ord(one) + 0xFEE0 for one in "-abcdefghijklmnopqrstuvwxyz234567"}
    assert give_code(client, phone.recovery_codes[0].translate(wide)).status_code == 303


def test_a_phone_with_a_wrong_clock_gets_a_hint(client: Browser, phone: Phone) -> None:
    give_password(client)
    for steps in (-5, -2, 2, 5):
        refused = give_code(client, phone.code(steps_ahead=steps))
        assert refused.status_code == 422
        assert "the clock of your phone may be wrong" in refused.text


def test_only_a_form_that_is_sent_uses_a_code_up(client: Browser, phone: Phone) -> None:
    """A HEAD request passes the CSRF check, so it must change nothing."""
    give_password(client)
    sent = {"code": phone.code()}
    for method in ("GET", "HEAD"):
        assert client.open(ARRIVING, method=method, data=sent).status_code == 200
        assert not client.is_signed_in()
    assert give_code(client, phone.code()).status_code == 303


def test_the_page_speaks_the_language_of_the_account(
    app: Flask, client: Browser, phone: Phone
) -> None:
    with app.app_context():
        change_user(EMAIL, language="pt_BR")
    give_password(client)
    assert '<html lang="pt-BR">' in client.get(ARRIVING).text


def test_wrong_codes_after_the_right_password_are_mailed_once_a_day(
    app: Flask, client: Browser, phone: Phone, clock: TimeMachineFixture
) -> None:
    told = []
    for _ in range(2):
        give_password(client)
        for _ in range(5):
            give_code(client, phone.wrong_code())
            told.append(len(letters(app)))
        clock.shift(24 * 60 * 60)
    assert told == [0, 0, 1, 0, 0] * 2
    assert kinds(app).count("second_factor_failed") == 10


def test_the_wrong_codes_of_others_are_no_news(app: Flask, client: Browser, phone: Phone) -> None:
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    of_bob, bob, told = equip(app, "bob@example.com"), Browser(app), []
    bob.login("bob@example.com")
    give_password(client)
    for browser, shown in [(bob, of_bob), (bob, of_bob), *[(client, phone)] * 3]:
        give_code(browser, shown.wrong_code())
        told.append([letter["To"] for letter in letters(app)])
    assert told == [[], [], [], [], [EMAIL]]


def test_the_time_is_the_servers_alone(client: Browser, phone: Phone) -> None:
    give_password(client)
    late = phone.code(steps_ahead=-10)
    sent = {"code": late, "time": "0", "step": "0"}
    headers = {"Date": "Thu, 01 Jan 1970 00:00:00 GMT"}
    assert client.post(ARRIVING, data=sent, headers=headers).status_code == 422


def test_a_page_costs_no_statement_more(client: Browser, phone: Phone) -> None:
    give_password(client)
    give_code(client, phone.code())
    with statements(client.application) as run:
        client.get("/account/")
    assert len(selects(run)) == 1
