"""A user logs in with an account at another site."""

from contextlib import ExitStack
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask, redirect
from joserfc.jwk import ECKey, OctKey

from {{ cookiecutter.project_slug }}.account import add_part
from {{ cookiecutter.project_slug }}.account.social.protocol import AT_ONCE, asking
from {{ cookiecutter.project_slug }}.auth.parts import Part
from {{ cookiecutter.project_slug }}.core.db import now

from ...conftest import MakeApp
from ...support.accounts import add_user, change_user
from ...support.http import EMAIL, Browser, set_cookies
from ...support.mail import ask_for_link
from ...support.sql import rows
from .provider import CLIENT_SECRET, Provider, log_in, visit

START = "/auth/with/acme"
FAILED = "Acme did not confirm who you are. Please try again."
NOT_CONNECTED = "is not connected yet"
TOO_LATE = "That took too long, or began in another browser."


def accounts(app: Flask) -> list[dict[str, Any]]:
    return rows(app, "SELECT email, password_hash FROM users")


def told(browser: Browser) -> str:
    """Return the page that tells a visitor what happened."""
    assert not browser.is_signed_in()
    return browser.get("/auth/login").text


def test_the_login_page_leads_to_each_provider(browser: Browser) -> None:
    page = browser.get("/auth/login").text
    assert f'form="login" formaction="{START}"' in page
    assert '<form id="login"' in page, (
        'keep id="login" on the form of templates/auth/login.html: without it, the buttons of other '
        "sites do nothing."
    )
    assert "Log in with Acme" in page
    assert browser.post("/auth/with/nobody").status_code == 404


def test_without_providers_the_pages_are_as_without_the_part(client: Browser, user: str) -> None:
    assert "/auth/with/" not in client.get("/auth/login").text
    client.login()
    assert "Connect an account" not in client.get("/account/connections").text


def test_a_new_user_gets_an_account_without_a_password(trusting: Flask, browser: Browser) -> None:
    done = log_in(browser, next="/account/")
    assert (done.status_code, done.location) == (303, "/account/")
    assert browser.name() == "Ana"
    assert accounts(trusting) == [{"email": EMAIL, "password_hash": None}]
    assert Browser(trusting).login(password="").status_code == 422
    assert Browser(trusting).login().status_code == 422


def test_a_known_user_is_known_by_the_subject_whatever_the_address(
    trusting: Flask, browser: Browser, provider: Provider
) -> None:
    log_in(browser)
    browser.logout()
    provider.claims |= {"email": "new@example.com", "email_verified": False}
    log_in(browser)
    assert browser.name() == "Ana"
    assert [account["email"] for account in accounts(trusting)] == [EMAIL]


def test_the_browser_is_remembered_if_the_user_wants_it(browser: Browser) -> None:
    lives = {one.name: "max-age" in one.attributes for one in set_cookies(log_in(browser))}
    assert not all(lives.values()), lives
    browser.logout()
    done = log_in(browser, remember="on", next="https://evil.example")
    assert all("max-age" in one.attributes for one in set_cookies(done))
    assert done.location == browser.home


@pytest.mark.parametrize(
    "claims", [{"email_verified": False}, {"email_verified": None}, {"email": None}]
)
def test_an_address_that_is_not_verified_makes_no_account(
    trusting: Flask, browser: Browser, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims |= claims
    log_in(browser)
    assert NOT_CONNECTED in told(browser)
    assert accounts(trusting) == []


def test_a_provider_that_is_not_trusted_with_addresses_makes_no_account(
    provider: Provider, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, trusting: Flask
) -> None:
    monkeypatch.setenv("SOCIAL_TRUSTED_ADDRESSES", "")
    browser = Browser(make_app())
    log_in(browser)
    assert NOT_CONNECTED in told(browser)
    assert accounts(trusting) == []


def test_an_account_that_has_the_address_is_never_joined(trusting: Flask, browser: Browser) -> None:
    with trusting.app_context():
        add_user(EMAIL)
    log_in(browser)
    assert "There is an account with the address" in told(browser)
    assert rows(trusting, "SELECT id FROM social_connections") == []


def test_a_link_mailed_before_opens_no_account(trusting: Flask, browser: Browser) -> None:
    stranger = Browser(trusting)
    link = ask_for_link(stranger, "/auth/register", EMAIL)
    log_in(browser)
    assert stranger.get(link).status_code == 410


def test_where_registration_is_closed_nobody_registers_with_a_provider(
    trusting: Flask, make_app: MakeApp
) -> None:
    browser = Browser(make_app(registration_open=False))
    log_in(browser)
    assert "New accounts are created by the people who run this site." in told(browser)
    assert accounts(trusting) == []


def test_a_disabled_account_stays_closed(trusting: Flask, browser: Browser) -> None:
    log_in(browser)
    browser.logout()
    with trusting.app_context():
        change_user(EMAIL, disabled_at=now())
    log_in(browser)
    assert FAILED in told(browser)


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another app"},
        {"iss": "https://evil.example"},
        {"exp": 1},
    ],
)
def test_a_token_that_is_not_for_this_login_is_refused(
    browser: Browser, provider: Provider, lie: dict[str, Any]
) -> None:
    provider.token = lie
    log_in(browser)
    assert FAILED in told(browser)


def test_a_token_by_another_key_is_refused(browser: Browser, provider: Provider) -> None:
    provider.key = ECKey.generate_key("P-256", {"kid": "1"})
    log_in(browser)
    assert FAILED in told(browser)


def test_a_token_signed_with_the_shared_secret_is_refused(
    browser: Browser, provider: Provider
) -> None:
    provider.key = provider.published = OctKey.import_key(CLIENT_SECRET, {"kid": "1"})
    provider.algorithm = "HS256"
    log_in(browser)
    assert FAILED in told(browser)


@pytest.mark.parametrize("answer", [{"iss": "https://evil.example"}, {"iss": ""}, {"code": ""}])
def test_an_answer_of_another_provider_is_refused(
    browser: Browser, provider: Provider, answer: dict[str, str]
) -> None:
    provider.answer = answer
    log_in(browser)
    assert FAILED in told(browser)


def test_an_answer_counts_once_and_in_the_browser_that_asked(
    trusting: Flask, browser: Browser
) -> None:
    answer = visit(browser.post(START))
    victim = Browser(trusting)
    victim.post(START)
    assert TOO_LATE in victim.get(answer).text
    assert not victim.is_signed_in()
    assert browser.get(answer).location == browser.home
    assert browser.is_signed_in()
    browser.logout()
    assert TOO_LATE in browser.get(answer).text


def test_what_the_browser_began_lies_in_no_session(browser: Browser) -> None:
    """A state for each click would make a cookie longer until browsers drop it."""
    browser.post(START)
    before = browser.jar()
    browser.post(START)
    assert browser.jar() == before


def ask_for_more(app: Flask) -> None:
    """Add a part that asks for a second factor at each login."""
    asks = Part(
        order=99,
        login_step=lambda user, attempt: redirect("/step", 303),
        passwordless=lambda user: False,
    )
    add_part(app, asks)


def test_a_second_factor_is_asked_for_unless_the_provider_is_trusted_with_it(
    provider: Provider, trusting: Flask, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIAL_ACME_TWO_FACTORS", "mfa,strong")
    browser = Browser(make_app(ask_for_more))
    said: list[dict[str, Any]] = [{}, {"amr": ["pwd"]}, {"amr": ["pwd", "mfa"]}, {"acr": "strong"}]
    led_to = []
    for provider.token in said:
        led_to.append(log_in(browser).location)
    assert led_to == ["/step", "/step", browser.home, browser.home]


def test_a_provider_that_posts_its_answer_is_led_back_to_us(
    trusting: Flask, browser: Browser
) -> None:
    answer = visit(browser.post(START))
    path, sent = urlsplit(answer).path, dict(parse_qsl(urlsplit(answer).query))
    # Its page is on another site, and the browser sends no cookie along.
    abroad = Browser(trusting)
    page = abroad.post(path, data=sent, headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status_code == 200
    assert not any(one.name.endswith("-session") for one in set_cookies(page))
    assert browser.get(page.headers["Refresh"].removeprefix("0; url=")).location == browser.home
    assert browser.is_signed_in()


@pytest.mark.parametrize("scopes", [["openid", "email", "name"], ["openid", "email", "profile"]])
def test_a_provider_is_asked_only_for_what_it_knows(
    browser: Browser, provider: Provider, scopes: list[str]
) -> None:
    provider.metadata = {"scopes_supported": scopes}
    log_in(browser)
    assert provider.asked["scope"] == " ".join(one for one in scopes if one != "name")


def test_metadata_of_another_issuer_is_refused(browser: Browser, provider: Provider) -> None:
    provider.metadata = {"issuer": "https://evil.example"}
    assert browser.post(START).location == "/auth/login"
    assert FAILED in told(browser)


def test_a_slow_provider_leaves_threads_for_other_pages(browser: Browser) -> None:
    with ExitStack() as waiting:
        for _ in range(AT_ONCE):
            waiting.enter_context(asking())
        assert browser.post(START).status_code == 503
        assert browser.get("/auth/login").status_code == 200
    assert browser.post(START).status_code == 200


def test_a_provider_that_is_down_is_named(
    provider: Provider, trusting: Flask, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIAL_ACME_ISSUER", "http://127.0.0.1:1")
    browser = Browser(make_app())
    assert browser.post(START).location == "/auth/login"
    assert FAILED in told(browser)
