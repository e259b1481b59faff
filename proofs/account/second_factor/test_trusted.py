"""What a trusted browser may do, where it is stored, and what its lookup costs."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from ....account.second_factor.phone import ARRIVING, PAGE, Phone, equip, give_password
from ....account.second_factor.test_trusted import (
    TRUSTED,
    is_asked,
    log_in,
    stored,
    trust,
    with_only,
)
from ....auth.test_login_steps import add_riddle
from ....conftest import MakeApp
from ....support.accounts import add_user
from ....support.http import EMAIL, PASSWORD, Browser, set_cookies
from ....support.sql import everything_stored, rows, statements

BOB = "bob@example.com"
SESSIONS = "/account/sessions"


@pytest.fixture
def phone(app: Flask, user: str) -> Phone:
    return equip(app)


@pytest.fixture
def trusted(client: Browser, phone: Phone) -> Browser:
    return trust(client, phone)


def test_the_cookie_has_the_attributes_of_all_others_and_lasts_30_days(
    client: Browser, phone: Phone
) -> None:
    give_password(client)
    answer = client.post(ARRIVING, data={"code": phone.code(), "trust": "y"})
    (cookie,) = [one for one in set_cookies(answer) if one.name == TRUSTED]
    assert cookie.attributes.pop("max-age") == str(timedelta(days=30) // timedelta(seconds=1))
    del cookie.attributes["expires"]
    assert cookie.attributes == {"secure": "", "httponly": "", "path": "/", "samesite": "Lax"}


def test_a_login_without_a_code_sets_no_new_cookie_and_does_not_prolong_the_trust(
    app: Flask, trusted: Browser, clock: TimeMachineFixture
) -> None:
    before = rows(app, "SELECT * FROM trusted_browsers")
    clock.shift(timedelta(days=20))
    assert TRUSTED not in {cookie.name for cookie in set_cookies(trusted.login())}
    assert rows(app, "SELECT * FROM trusted_browsers") == before


def test_a_wrong_password_in_a_trusted_browser_looks_nothing_up(
    app: Flask, trusted: Browser
) -> None:
    with statements(app) as seen:
        assert trusted.login(password="not the password at all").status_code == 422
        assert Browser(app).login().location == ARRIVING
    assert not [sql for sql in seen if "trusted_browsers" in sql]


def test_made_up_cookies_are_refused(app: Flask, trusted: Browser) -> None:
    token = trusted.cookies()[TRUSTED]
    (row,) = rows(app, "SELECT handle, token_hash FROM trusted_browsers")
    for value in (
        "",
        ".",
        "." * 3000,
        token.swapcase(),
        token[:-1],
        row["handle"],
        row["token_hash"].hex(),
        hashlib.sha256(token.encode()).hexdigest(),
        ".".join(["x" * 43] * 10 + [token]),
    ):
        other = Browser(app)
        other.keep({TRUSTED: value})
        assert is_asked(other), value
    assert token.encode() not in everything_stored(app)


def test_the_cookie_holds_the_ten_latest_tokens(app: Flask, client: Browser, phone: Phone) -> None:
    others = [letter * 43 for letter in "abcdefghij"]
    client.keep({TRUSTED: ".".join([*others, "x" * 3000])})
    trust(client, phone)
    newest, *kept = client.cookies()[TRUSTED].split(".")
    assert stored(app) == [hashlib.sha256(newest.encode()).digest()]
    assert kept == others[:9]
    assert not is_asked(client)


def test_the_trust_of_other_users_survives_what_one_user_changes(
    app: Flask, trusted: Browser
) -> None:
    with app.app_context():
        add_user(BOB)
    bobs = equip(app, BOB)
    trust(trusted, bobs, BOB)
    log_in(trusted, bobs, BOB) if is_asked(trusted, BOB) else trusted.login(BOB)
    proof = {"password": PASSWORD, "code": bobs.code()}
    assert trusted.post("/auth/confirm", data=proof).status_code == 303
    assert trusted.post(f"{PAGE}/off").status_code == 303
    trusted.logout()
    assert len(stored(app)) == 1
    assert not is_asked(trusted)


@pytest.mark.parametrize("how", ["delete", "disable"])
def test_an_account_that_is_locked_or_gone_trusts_no_browser(
    app: Flask, trusted: Browser, how: str
) -> None:
    assert app.test_cli_runner().invoke(args=["user", how, EMAIL]).exit_code == 0
    assert stored(app) == []


def test_ending_the_other_sessions_keeps_the_trust_in_this_browser(
    app: Flask, trusted: Browser, phone: Phone
) -> None:
    other = Browser(app)
    log_in(other, phone, trust="y")
    assert other.post(f"{SESSIONS}/end-others").status_code == 303
    other.logout()
    assert not is_asked(other)
    assert is_asked(trusted)


def test_the_page_of_sessions_lists_trusted_browsers(
    app: Flask, trusted: Browser, phone: Phone
) -> None:
    other = Browser(app)
    log_in(other, phone)
    assert "/trusted/" in other.get(SESSIONS).text
    # Without a recent proof too: a user in a trusted browser can see the list.
    trusted.login()
    assert "/trusted/" in trusted.get(SESSIONS).text
    with app.app_context():
        add_user(BOB)
    bob = Browser(app)
    bob.login(BOB)
    assert "/trusted/" not in bob.get(SESSIONS).text


def test_a_required_second_factor_may_be_skipped_in_a_trusted_browser(
    configure: MakeApp, user: str
) -> None:
    app = configure(require_second_factor=True)
    browser = trust(Browser(app), equip(app))
    browser.login()
    assert browser.is_signed_in()


def test_a_further_step_after_a_skipped_code_is_no_recent_proof(
    make_app: MakeApp, trusted: Browser
) -> None:
    browser = Browser(add_riddle(make_app()))
    browser.keep(trusted.jar())
    assert browser.login().location == "/test-riddle"
    assert browser.post("/test-riddle").status_code == 303
    assert browser.is_signed_in()
    assert browser.get(PAGE).location == f"/auth/confirm?next={PAGE}"


def test_a_trusted_browser_is_of_no_use_without_the_password(app: Flask, trusted: Browser) -> None:
    thief = with_only(TRUSTED, trusted)
    assert thief.get("/account/").location.startswith("/auth/login")
    assert thief.login(password="not the password at all").status_code == 422
    assert not thief.is_signed_in()


def test_browsers_become_trusted_while_the_user_ends_the_trust_in_all(
    app: Flask, phone: Phone
) -> None:
    """They write the same rows: another order could deadlock (PostgreSQL)."""
    owner, browsers = Browser(app), [Browser(app) for _ in range(4)]
    log_in(owner, phone)
    for browser in browsers:
        give_password(browser)
    codes = [phone.recovery_codes.pop() for _ in browsers]

    def tick(browser: Browser, code: str) -> int:
        return browser.post(ARRIVING, data={"code": code, "trust": "y"}).status_code

    with ThreadPoolExecutor(max_workers=5) as threads:
        ended = threads.submit(owner.post, f"{PAGE}/codes")
        assert {*threads.map(tick, browsers, codes)} <= {303, 422}
        assert ended.result().status_code == 200
    assert stored(app) == []
