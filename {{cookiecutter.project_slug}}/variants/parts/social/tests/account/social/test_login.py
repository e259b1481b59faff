"""A user logs in with an account at another site."""

from flask import Flask

from ...support.http import EMAIL, Browser
from ...support.sql import rows
from .provider import Provider, log_in

FAILED = "Acme did not confirm who you are. Please try again."


def test_the_login_page_leads_to_each_provider(browser: Browser) -> None:
    page = browser.get("/auth/login").text
    assert 'formaction="/auth/with/acme"' in page
    assert "Log in with Acme" in page
    assert browser.post("/auth/with/nobody").status_code == 404


def test_a_new_user_gets_an_account_without_a_password(trusting: Flask, browser: Browser) -> None:
    done = log_in(browser, next="/account/")
    assert (done.status_code, done.location) == (303, "/account/")
    assert browser.name() == "Ana"
    assert rows(trusting, "SELECT email, password_hash FROM users") == [{"email": EMAIL, "password_hash": None}]
    assert Browser(trusting).login().status_code == 422


def test_a_known_user_logs_in_again_whatever_the_address_is_now(
    trusting: Flask, browser: Browser, provider: Provider
) -> None:
    log_in(browser)
    browser.logout()
    provider.claims |= {"email": "new@example.com", "email_verified": False}
    log_in(browser)
    assert browser.is_signed_in()
    assert rows(trusting, "SELECT email FROM users") == [{"email": EMAIL}]
