"""A user with a second factor logs in by password, then by code."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth import accounts, login_steps
from {{ cookiecutter.project_slug }}.auth.guards import is_public
from {{ cookiecutter.project_slug }}.auth.parts import LoginAttempt

from ...auth.test_login_steps import add_riddle
from ...conftest import MakeApp
from ...support.accounts import NEW_PASSWORD, add_user, copy_of, end_everywhere
from ...support.html import addresses, form_at
from ...support.http import EMAIL, Browser, page, set_cookies
from ...support.mail import ask_for_link, letters, open_link
from ...support.sql import everything_stored, rows, run_sql
from .phone import ARRIVING, PAGE, Phone, equip, give_code, give_password

NEW_KEY = "the next key for tests: 9876543210 zyxwvutsrq"

BOB = "bob@example.com"


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
    assert (done.status_code, done.location) == (303, "/")
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

    assert client.post("/portal").location == ARRIVING
    give_code(client, phone.code())
    assert client.is_signed_in()
    assert client.get(PAGE).location.startswith("/auth/confirm")


def test_a_login_step_of_your_own_follows_the_code_which_is_used_up(
    make_app: MakeApp, user: str
) -> None:
    app = add_riddle(make_app())
    phone, browser = equip(app), Browser(app)
    code = phone.code()
    for status, location in ((303, "/riddle"), (422, None)):
        give_password(browser)
        answer = give_code(browser, code)
        assert (answer.status_code, answer.location) == (status, location)
        assert not browser.is_signed_in()
    give_password(browser)
    give_code(browser, phone.code(steps_ahead=1))
    browser.post("/riddle")
    assert browser.get(PAGE).status_code == 200


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
