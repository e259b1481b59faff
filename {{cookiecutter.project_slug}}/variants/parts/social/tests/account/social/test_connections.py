"""A user connects accounts at providers, and confirms with them."""

import re
from time import time

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.account.social import oidc

from ...support.accounts import NEW_PASSWORD, add_user
from ...support.http import EMAIL, Browser
from ...support.mail import ask_for_link, letters
from ...support.sql import rows
from .provider import ANA, Provider, log_in, visit

PAGE = "/account/connections"
BOB = "bob@example.com"

START = "/auth/confirm/with/acme"


@pytest.fixture
def ana(trusting: Flask, browser: Browser) -> Browser:
    """Return the browser of a user with a password."""
    with trusting.app_context():
        add_user(EMAIL)
    browser.login()
    return browser


def connect(browser: Browser) -> str:
    """Connect an account; return the page that says so."""
    done = browser.get(visit(browser.post(f"{PAGE}/acme")))
    assert done.location == PAGE
    return browser.get(PAGE).text


def disconnect(browser: Browser) -> int:
    (path,) = re.findall(rf'action="({PAGE}/\w+/remove)"', browser.get(PAGE).text)
    return browser.post(path).status_code


def is_ticked(page: str) -> bool:
    (box,) = re.findall(r'<input[^>]* name="end_others"[^>]*>', page)
    return " checked" in box


def events(app: Flask) -> list[str]:
    found = rows(app, "SELECT kind FROM events WHERE kind LIKE 'social%'")
    return [event["kind"] for event in found]


def test_a_user_connects_an_account_and_logs_in_with_it(trusting: Flask, ana: Browser) -> None:
    page = connect(ana)
    assert "The account was connected." in page
    assert "Acme: ana@example.com" in page
    (letter,) = letters(trusting)
    assert "An account was connected: Acme" in letter.get_content()
    ana.logout()
    assert log_in(ana).location == ana.home
    assert ana.name() == "Ana"
    assert events(trusting) == ["social_connected"]


def test_a_user_disconnects_an_account(trusting: Flask, ana: Browser) -> None:
    connect(ana)
    letters(trusting)
    assert disconnect(ana) == 303
    (letter,) = letters(trusting)
    assert "An account was disconnected: Acme: ana@example.com" in letter.get_content()
    ana.logout()
    log_in(ana)
    assert not ana.is_signed_in()


def test_connecting_needs_a_recent_proof(trusting: Flask, browser: Browser) -> None:
    """An attacker at an open session must not connect an account."""
    log_in(browser)
    assert browser.post(f"{PAGE}/acme").location.startswith("/auth/confirm")
    assert disconnect(browser) == 303
    assert browser.get(PAGE).text.count("Acme: ") == 1


def test_an_account_is_connected_once(trusting: Flask, ana: Browser) -> None:
    connect(ana)
    with trusting.app_context():
        add_user(BOB, name="Bob")
    bob = Browser(trusting)
    bob.login(BOB)
    assert "This account is connected already" in connect(bob)
    bob.logout()
    log_in(bob)
    assert bob.name() == "Ana"


def test_an_answer_connects_only_the_user_who_asked(trusting: Flask, ana: Browser) -> None:
    """An attacker's answer must not connect the attacker's account with the victim's."""
    with trusting.app_context():
        add_user(BOB, name="Bob")
    answer = visit(ana.post(f"{PAGE}/acme"))
    ana.logout()
    ana.login(BOB)
    ana.get(answer)
    assert rows(trusting, "SELECT id FROM social_connections") == []


def test_the_only_way_to_log_in_stays(
    trusting: Flask, browser: Browser, provider: Provider
) -> None:
    log_in(browser)
    provider.token = {}
    browser.get(visit(browser.post("/auth/confirm/with/acme")))
    assert disconnect(browser) == 403
    browser.logout()
    log_in(browser)
    assert browser.is_signed_in()


def test_a_first_password_comes_by_mail(trusting: Flask, browser: Browser) -> None:
    log_in(browser)
    assert "Your account has no password." in browser.get("/auth/confirm").text
    link = ask_for_link(browser, "/auth/reset", EMAIL)
    page = browser.get(browser.get(link).location).text
    assert "Acme: ana@example.com" in page
    assert is_ticked(page)
    browser.post("/auth/reset/finish", data={"password": NEW_PASSWORD})
    assert browser.login(password=NEW_PASSWORD).status_code == 303
    browser.logout()
    log_in(browser)
    assert browser.is_signed_in()


def test_a_reset_can_remove_every_connection(trusting: Flask, ana: Browser) -> None:
    connect(ana)
    letters(trusting)
    link = ask_for_link(ana, "/auth/reset", EMAIL)
    page = ana.get(ana.get(link).location).text
    assert is_ticked(page)
    ana.post("/auth/reset/finish", data={"password": NEW_PASSWORD, "end_others": "y"})
    assert rows(trusting, "SELECT id FROM social_connections") == []


@pytest.fixture
def passwordless(browser: Browser) -> Browser:
    """Return the browser of a user without a password."""
    log_in(browser)
    return browser


def confirm(browser: Browser, **form: str) -> TestResponse:
    return browser.get(visit(browser.post(START, data=form)))


def is_asked(browser: Browser) -> bool:
    """Tell whether a page that needs a recent proof asks for one."""
    answer = browser.post("/account/connections/acme")
    return bool(answer.location) and answer.location.startswith("/auth/confirm")


def test_a_login_with_a_provider_is_no_recent_proof(passwordless: Browser) -> None:
    """The provider may have signed the user in a week ago, at a computer that others use."""
    assert is_asked(passwordless)
    page = passwordless.get("/auth/confirm").text
    assert f'formaction="{START}"' in page
    assert 'name="password"' not in page


def test_a_user_confirms_with_the_provider_which_asks_again(
    trusting: Flask, passwordless: Browser, provider: Provider
) -> None:
    assert confirm(passwordless, next="/account/").location == "/account/"
    assert provider.asked["max_age"] == "0"
    assert not is_asked(passwordless)
    assert {"kind": "confirmed"} in rows(trusting, "SELECT kind FROM events")


@pytest.mark.parametrize("seconds", [None, 3600])
def test_a_provider_that_did_not_ask_again_confirms_nothing(
    passwordless: Browser, provider: Provider, seconds: int | None
) -> None:
    provider.token = {"auth_time": None if seconds is None else int(time()) - seconds}
    confirm(passwordless)
    assert is_asked(passwordless)


def test_another_account_at_the_provider_confirms_nothing(
    passwordless: Browser, provider: Provider
) -> None:
    provider.claims = {**ANA, "sub": "6666"}
    confirm(passwordless)
    assert is_asked(passwordless)


def test_a_provider_that_does_not_say_when_it_asked_is_not_offered(
    passwordless: Browser, provider: Provider
) -> None:
    provider.metadata = {"claims_supported": ["sub", "email"]}
    oidc._document.cache_clear()
    assert START not in passwordless.get("/auth/confirm").text
    assert passwordless.post(START).status_code == 422


def test_an_answer_to_a_login_confirms_nothing(passwordless: Browser) -> None:
    log_in(passwordless)
    assert is_asked(passwordless)


def test_a_user_with_a_password_confirms_with_it(passwordless: Browser) -> None:
    link = ask_for_link(passwordless, "/auth/reset", EMAIL)
    passwordless.get(link)
    passwordless.post("/auth/reset/finish", data={"password": NEW_PASSWORD})
    log_in(passwordless)
    assert START not in passwordless.get("/auth/confirm").text
    assert passwordless.post(START).status_code == 422
    assert is_asked(passwordless)
    assert passwordless.post("/auth/confirm", data={"password": NEW_PASSWORD}).status_code == 303
    assert not is_asked(passwordless)


def test_no_password_is_no_way_to_confirm(passwordless: Browser) -> None:
    for password in ("", "None", NEW_PASSWORD):
        assert passwordless.post("/auth/confirm", data={"password": password}).status_code == 422
    assert is_asked(passwordless)
