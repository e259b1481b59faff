"""A user with a second factor logs in by password, then by code."""

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue

from {{ cookiecutter.project_slug }}.auth import accounts, login_steps
from {{ cookiecutter.project_slug }}.auth.parts import LoginAttempt

from ...auth.test_login_steps import add_riddle
from ...conftest import MakeApp
from ...support.accounts import NEW_PASSWORD, add_user
from ...support.http import EMAIL, Browser, page, set_cookies
from ...support.mail import ask_for_link, letters
from ...support.sql import rows
from .phone import ARRIVING, PAGE, Phone, equip, give_code, give_password

NEW_KEY = "the next key for tests: 9876543210 zyxwvutsrq"


@pytest.fixture
def phone(app: Flask, user: str) -> Phone:
    return equip(app)


def kinds(app: Flask) -> list[str]:
    return [row["kind"] for row in rows(app, "SELECT kind FROM events ORDER BY id")]


def test_the_password_alone_signs_nobody_in(client: Browser, phone: Phone) -> None:
    give_password(client)
    assert not client.is_signed_in()
    page = client.get(ARRIVING)
    assert page.status_code == 200
    assert 'autocomplete="one-time-code"' in page.text
    assert not client.is_signed_in()


def test_a_code_completes_the_login(app: Flask, client: Browser, phone: Phone) -> None:
    give_password(client)
    done = give_code(client, phone.code())
    assert (done.status_code, done.location) == (303, client.home)
    assert client.is_signed_in()
    assert kinds(app) == ["login"]


@pytest.mark.parametrize("zero", ["\uff10", "\u0660", "\u06f0", "\u0966", "\U0001d7ce"])
def test_a_user_can_type_a_code_in_the_digits_of_any_script(
    client: Browser, phone: Phone, zero: str
) -> None:
    give_password(client)
    typed = "".join(chr(ord(zero) + int(digit)) for digit in phone.code())
    assert give_code(client, f"{typed[:3]}\u3000{typed[3:]}").status_code == 303


def test_a_password_reset_does_not_skip_the_second_factor(client: Browser, phone: Phone) -> None:
    client.get(ask_for_link(client, "/auth/reset", EMAIL))
    client.post("/auth/reset/finish", data={"password": NEW_PASSWORD})
    assert not client.is_signed_in()
    give_password(client, NEW_PASSWORD)
    assert not client.is_signed_in()
    give_code(client, phone.code())
    assert client.is_signed_in()


def test_the_code_page_requires_the_password_first(client: Browser, phone: Phone) -> None:
    for answer in (client.get(ARRIVING), give_code(client, phone.code())):
        assert (answer.status_code, answer.location) == (303, "/auth/login")
        assert not set_cookies(answer)
    assert not client.is_signed_in()


def test_the_code_of_another_user_is_refused(app: Flask, client: Browser, phone: Phone) -> None:
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    of_bob = equip(app, "bob@example.com")
    give_password(client)
    for code in (of_bob.code(), of_bob.recovery_codes[0]):
        assert give_code(client, code).status_code == 422
    assert not client.is_signed_in()


def test_a_user_without_the_phone_logs_in_by_recovery_code(
    app: Flask, client: Browser, phone: Phone
) -> None:
    give_password(client)
    typed = phone.recovery_codes[3].replace("-", " ").upper()
    assert give_code(client, f" {typed} ").status_code == 303
    assert client.is_signed_in()
    assert "9 recovery codes left" in client.get(PAGE).text
    assert kinds(app) == ["recovery_code_used", "login"]
    (notice,) = letters(app)
    assert "A recovery code of your account was used." in notice.get_content()


def test_codes_of_a_phone_half_a_minute_off_are_accepted(client: Browser, phone: Phone) -> None:
    give_password(client)
    # Oldest first: using a code makes all earlier ones invalid.
    answers = [give_code(client, phone.code(steps_ahead=steps)).status_code for steps in (-2, 2)]
    assert answers == [422, 422]
    for steps in (-1, 0, 1):
        give_password(client)
        assert give_code(client, phone.code(steps_ahead=steps)).status_code == 303


def test_with_an_unreadable_secret_only_recovery_codes_work(
    app: Flask, user: str, configure: MakeApp, caplog: pytest.LogCaptureFixture
) -> None:
    phone = equip(app)
    other = configure(secret_key=NEW_KEY)
    browser = Browser(other)
    give_password(browser)
    assert give_code(browser, phone.code()).status_code == 422
    assert not browser.is_signed_in()
    (error,) = [record for record in caplog.records if record.levelname == "ERROR"]
    (row,) = rows(app, "SELECT public_id FROM users")
    assert row["public_id"] in error.getMessage()
    assert "SECRET_KEY_FALLBACKS" in error.getMessage()
    assert give_code(browser, phone.recovery_codes[0]).status_code == 303
    assert browser.is_signed_in()
    assert browser.get(PAGE).status_code == 200


def test_a_code_makes_no_recent_proof_of_a_login_by_another_site(
    make_app: MakeApp, phone: Phone
) -> None:
    """The site, which is the other factor, may have asked for its password a week ago."""
    app = make_app()
    client = Browser(app)

    @page(app, public=True)
    def portal() -> ResponseReturnValue:
        user = accounts.find(EMAIL)
        assert user is not None
        attempt = LoginAttempt(remember=False, target="", proved=False)
        return login_steps.begin_login(user, attempt)

    assert client.post("/test-portal").location == ARRIVING
    give_code(client, phone.code())
    assert client.is_signed_in()
    assert client.get(PAGE).location.startswith("/auth/confirm")


def test_a_login_step_of_your_own_follows_the_code_which_is_used_up(
    make_app: MakeApp, user: str
) -> None:
    app = add_riddle(make_app())
    phone, browser = equip(app), Browser(app)
    code = phone.code()
    for status, location in ((303, "/test-riddle"), (422, None)):
        give_password(browser)
        answer = give_code(browser, code)
        assert (answer.status_code, answer.location) == (status, location)
        assert not browser.is_signed_in()
    give_password(browser)
    give_code(browser, phone.code(steps_ahead=1))
    browser.post("/test-riddle")
    assert browser.get(PAGE).status_code == 200
