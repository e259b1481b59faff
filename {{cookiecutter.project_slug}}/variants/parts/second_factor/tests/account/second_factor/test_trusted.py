"""A browser that the user trusts is not asked for a code at login, for 30 days."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.account.second_factor import codes
from {{ cookiecutter.project_slug }}.account.second_factor.trusted import TrustedBrowser
from {{ cookiecutter.project_slug }}.core.db import db, now

from ...support.accounts import NEW_PASSWORD, add_user, change_password, end_everywhere
from ...support.cli import run
from ...support.http import EMAIL, KNOWN, PASSWORD, Browser, set_cookies
from ...support.mail import ask_for_link, letters
from ...support.sql import meanwhile, rows
from .phone import ARRIVING, PAGE, Phone, equip, give_code, give_password

BOB = "bob@example.com"
TRUSTED = KNOWN.replace("browser", "trusted")
THIRD = f"{NEW_PASSWORD} once more"
DAYS_30 = 30 * 24 * 60 * 60


@pytest.fixture
def phone(app: Flask, user: str) -> Phone:
    return equip(app)


@pytest.fixture
def trusted(client: Browser, phone: Phone) -> Browser:
    """Return a browser that the user trusts, and has logged out of."""
    return trust(client, phone)


def log_in(browser: Browser, phone: Phone, email: str = EMAIL, **more: str) -> None:
    browser.login(email)
    form = {"code": phone.recovery_codes.pop(), **more}
    assert browser.post(ARRIVING, data=form).status_code == 303
    assert browser.is_signed_in()


def trust(browser: Browser, phone: Phone, email: str = EMAIL) -> Browser:
    log_in(browser, phone, email, trust="y")
    browser.logout()
    return browser


def with_only(name: str, browser: Browser) -> Browser:
    """Return another browser that holds only this cookie."""
    other = Browser(browser.application)
    other.keep({name: browser.cookies()[name]})
    return other


def is_asked(browser: Browser, email: str = EMAIL, password: str = PASSWORD) -> bool:
    """Tell whether a login here asks for a code after the password."""
    asked = browser.login(email, password).location == ARRIVING
    assert browser.is_signed_in() is not asked
    browser.logout()
    return asked


def stored(app: Flask) -> list[bytes]:
    return [bytes(row["token_hash"]) for row in rows(app, "SELECT * FROM trusted_browsers")]


def test_a_browser_is_trusted_for_30_days(
    app: Flask, client: Browser, phone: Phone, clock: TimeMachineFixture
) -> None:
    trust(client, phone)
    for seconds, asked, left in ((DAYS_30 - 1, False, 1), (1, True, 0)):
        clock.shift(seconds)
        assert is_asked(client) is asked
        app.test_cli_runner().invoke(args=["purge"])
        assert len(stored(app)) == left


def test_only_a_right_code_makes_a_browser_trusted_and_only_if_the_user_says_so(
    app: Flask, client: Browser, phone: Phone
) -> None:
    give_password(client)
    wrong = client.post(ARRIVING, data={"code": phone.wrong_code(), "trust": "y"})
    right = give_code(client, phone.code())
    for answer in (wrong, right):
        assert TRUSTED not in {cookie.name for cookie in set_cookies(answer)}
    client.logout()
    assert stored(app) == []
    assert is_asked(client)


def test_trust_has_a_cookie_of_its_own_and_the_database_has_its_hash(
    app: Flask, trusted: Browser
) -> None:
    token = trusted.cookies()[TRUSTED]
    assert len(token) == 43
    assert stored(app) == [hashlib.sha256(token.encode()).digest()]
    assert not is_asked(with_only(TRUSTED, trusted))
    assert is_asked(with_only(KNOWN, trusted))


def test_the_user_hears_of_a_trusted_browser(app: Flask, trusted: Browser) -> None:
    assert "without a code" in letters(app)[-1].get_content()
    kinds = [row["kind"] for row in rows(app, "SELECT kind FROM events")]
    assert kinds.count("browser_trusted") == 1


def test_accounts_that_share_a_browser_trust_it_each_for_themselves(
    app: Flask, trusted: Browser
) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    bobs = equip(app, BOB)
    copied = with_only(TRUSTED, trusted)
    assert is_asked(trusted, BOB)
    trust(trusted, bobs, BOB)
    assert not is_asked(trusted)
    assert not is_asked(trusted, BOB)
    # A copy from before Bob ticked the box is of no use to log in as Bob.
    assert is_asked(copied, BOB)
    assert not is_asked(copied)


@pytest.mark.parametrize("path", [PAGE, "/account/password"])
def test_a_login_without_a_code_does_not_open_pages_that_require_a_recent_one(
    trusted: Browser, phone: Phone, path: str
) -> None:
    trusted.login()
    assert trusted.get(path).location == f"/auth/confirm?next={path}"
    assert change_password(trusted) == 303
    assert trusted.post("/auth/confirm", data={"password": PASSWORD}).status_code == 422
    assert trusted.get(path).status_code == 303
    proof = {"password": PASSWORD, "code": phone.code()}
    assert trusted.post("/auth/confirm", data=proof).status_code == 303
    assert trusted.get(path).status_code == 200


def renew_codes(browser: Browser) -> None:
    assert browser.post(f"{PAGE}/codes").status_code == 200


def set_up_anew(browser: Browser) -> None:
    browser.post(f"{PAGE}/off")
    equip(browser.application)


def let_an_operator_reset(browser: Browser) -> None:
    args = ["user", "reset-second-factor", EMAIL]
    assert browser.application.test_cli_runner().invoke(args=args).exit_code == 0
    equip(browser.application)


@pytest.mark.parametrize("change", [renew_codes, set_up_anew, let_an_operator_reset])
def test_a_changed_second_factor_ends_the_trust_in_every_browser(
    trusted: Browser, phone: Phone, change: Callable[[Browser], None]
) -> None:
    log_in(Browser(trusted.application), phone, trust="y")
    trusted.login()
    proof = {"password": PASSWORD, "code": phone.code()}
    assert trusted.post("/auth/confirm", data=proof).status_code == 303
    change(trusted)
    assert stored(trusted.application) == []
    trusted.logout()
    assert is_asked(trusted)


def test_a_new_password_ends_the_trust_in_other_browsers_and_a_reset_in_all(
    app: Flask, trusted: Browser, phone: Phone
) -> None:
    other = Browser(app)
    log_in(other, phone, trust="y")
    assert change_password(other) == 303
    other.logout()
    assert not is_asked(other, password=NEW_PASSWORD)
    assert is_asked(trusted, password=NEW_PASSWORD)
    letters(app)
    other.get(ask_for_link(other, "/auth/reset", EMAIL))
    assert other.post("/auth/reset/finish", data={"password": THIRD}).status_code == 303
    assert is_asked(other, password=THIRD)


def test_a_password_reset_during_the_login_leaves_its_browser_without_trust(
    app: Flask, client: Browser, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thief of the old password must not keep a browser that the new one opens."""
    accept = codes.accept

    def accept_late(*given: object) -> bool:
        meanwhile(lambda: end_everywhere(app))
        return accept(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(codes, "accept", accept_late)
    give_password(client)
    client.post(ARRIVING, data={"code": phone.code(), "trust": "y"})
    assert not client.is_signed_in()
    assert stored(app) == []


def test_after_a_leak_no_browser_is_trusted(app: Flask, trusted: Browser) -> None:
    assert run(app, "end-sessions", "--all").exit_code == 0
    assert is_asked(trusted)


def test_the_user_sees_trusted_browsers_and_ends_the_trust_in_one(
    app: Flask, trusted: Browser, phone: Phone, clock: TimeMachineFixture
) -> None:
    other = Browser(app)
    log_in(other, phone, trust="y")
    shown = other.get(PAGE).text
    found = rows(app, "SELECT handle FROM trusted_browsers ORDER BY created_at")
    first, second = (f"{PAGE}/trusted/{row['handle']}/end" for row in found)
    assert first in shown
    assert second in shown
    assert shown.count("This browser") == 1
    done = other.post(first, data={"next": PAGE})
    assert (done.status_code, done.location) == (303, PAGE)
    assert other.post(first).status_code == 404
    assert is_asked(trusted)
    clock.shift(601)
    assert other.post(second).location.startswith("/auth/confirm")
    assert not is_asked(other)


def test_nobody_ends_the_trust_of_another_user(app: Flask, trusted: Browser) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    (row,) = rows(app, "SELECT handle FROM trusted_browsers")
    bob = Browser(app)
    bob.login(BOB)
    assert bob.post(f"{PAGE}/trusted/{row['handle']}/end").status_code == 404
    assert not is_asked(trusted)


def test_an_account_trusts_the_ten_latest_browsers(
    app: Flask, client: Browser, phone: Phone
) -> None:
    with app.app_context():
        (owner,) = rows(app, "SELECT id FROM users")
        for number in range(10):
            row = TrustedBrowser(handle=str(number), address="", client="", token_hash=b"")
            row.user_id, row.created_at = owner["id"], now() - timedelta(hours=number + 1)
            db.session.add(row)
        db.session.commit()
    trust(client, phone)
    left = {row["handle"] for row in rows(app, "SELECT handle FROM trusted_browsers")}
    assert len(left) == 10
    assert "9" not in left
