"""A login with a passkey hashes nothing, and takes few statements."""

import pytest
from flask import Flask

from ....account.passkeys.authenticator import CONFIRM, LOGIN, Authenticator, options
from ....support.accounts import watch_hashing
from ....support.http import Browser
from ....support.mail import letters
from ....support.sql import rows, selects, statements

NO_WORK = ("BEGIN", "PRAGMA")


def counted(run: list[str]) -> list[str]:
    return [one for one in run if not one.startswith(NO_WORK)]


def fail_at_hashing(patch: pytest.MonkeyPatch) -> None:
    watch_hashing(patch, lambda: pytest.fail("a password was hashed"))


def test_a_login_takes_at_most_one_statement_more_than_by_password_and_no_hash(
    app: Flask, phone: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_passkey, by_password = Browser(app), Browser(app)
    asked = options(by_passkey, LOGIN)
    with statements(app) as run_for_password:
        assert by_password.login().status_code == 303
    fail_at_hashing(monkeypatch)
    with statements(app) as run:
        assert by_passkey.post(LOGIN, json=phone.get(asked)).status_code == 200
    assert len(counted(run)) <= len(counted(run_for_password)) + 1, counted(run)


def test_a_login_in_a_known_browser_takes_at_most_13_statements(
    app: Flask, phone: Authenticator
) -> None:
    browser = Browser(app)
    browser.post(LOGIN, json=phone.get(options(browser, LOGIN)))
    browser.logout()
    asked = options(browser, LOGIN)
    with statements(app) as run:
        assert browser.post(LOGIN, json=phone.get(asked)).status_code == 200
    assert len(counted(run)) <= 13, counted(run)


def test_a_signed_in_request_still_takes_one_statement(app: Flask, phone: Authenticator) -> None:
    """Whether the account has a passkey is read together with the user."""
    browser = Browser(app)
    browser.login()
    for path in ("/account/", "/auth/confirm"):
        with statements(app) as run:
            assert browser.get(path).status_code == 200
        assert len(selects(run)) == len(counted(run)) == 1


def test_a_script_takes_no_statement(app: Flask, ana: Browser) -> None:
    with statements(app) as run:
        answer = ana.get("/account/passkeys/static/passkeys.js")
    assert counted(run) == []
    assert len(answer.data) <= 3 * 1024


def test_a_confirmation_rotates_the_session_and_hashes_nothing(
    app: Flask, phone: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at_hashing(monkeypatch)
    browser = Browser(app)
    assert browser.post(LOGIN, json=phone.get(options(browser, LOGIN))).status_code == 200
    earlier = browser.jar()
    assert browser.post(CONFIRM, json=phone.get(options(browser, CONFIRM))).status_code == 200
    assert browser.is_signed_in()
    copy = Browser(app)
    copy.keep(earlier)
    assert not copy.is_signed_in()
    kinds = [row["kind"] for row in rows(app, "SELECT kind FROM events ORDER BY id")]
    # In the cookie variant, an event of the rotation follows.
    assert [one for one in kinds if one != "session_rotated"][-2:] == ["login", "confirmed"]


def test_a_refused_answer_is_an_event_of_the_account_and_not_a_word_more(
    app: Flask, client: Browser, phone: Authenticator
) -> None:
    phone.flags = 0x01
    client.post(LOGIN, json=phone.get(options(client, LOGIN)))
    client.post(LOGIN, json=Authenticator().get(options(client, LOGIN)))
    query = "SELECT user_id, detail FROM events WHERE kind = 'passkey_failed' ORDER BY id"
    found = rows(app, query)
    assert [row["user_id"] is None for row in found] == [False, True]
    assert {str(row["detail"]) for row in found} == {"{}"}
    assert letters(app) == []
