"""What an attacker would try around a login with an account at another site."""

from dataclasses import replace

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.account import add_part
from {{ cookiecutter.project_slug }}.account.social import protocol
from {{ cookiecutter.project_slug }}.auth.guards import recent_factor_required
from {{ cookiecutter.project_slug }}.auth.parts import Part
from {{ cookiecutter.project_slug }}.core.environ import Rate

from ...conftest import MakeApp
from ...support.accounts import NEW_PASSWORD, add_user
from ...support.http import EMAIL, ORIGIN, Browser
from ...support.mail import ask_for_link
from ...support.sql import meanwhile, rows
from .provider import Provider, log_in, visit
from .test_login import ask_for_more

START, CONNECT = "/auth/with/acme", "/account/connections/acme"


def test_the_way_back_is_at_our_public_url_whatever_the_host(
    browser: Browser, provider: Provider
) -> None:
    visit(browser.post(START, base_url="http://10.0.0.5:8000"))
    assert provider.asked["redirect_uri"] == f"{ORIGIN}{START}/callback"


def test_an_issuer_is_compared_to_the_letter(
    provider: Provider, trusting: Flask, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIAL_ACME_ISSUER", f"{provider.issuer}/")
    assert Browser(make_app()).post(START).location == "/auth/login"


def test_what_a_provider_says_about_another_user_is_not_believed(
    trusting: Flask, browser: Browser, provider: Provider
) -> None:
    """A token for one user does not prove the address of another (OpenID Connect, 5.3.2)."""
    provider.claims = {"sub": "1001"}
    provider.more = {"sub": "6666", "email": EMAIL, "email_verified": True}
    log_in(browser)
    assert rows(trusting, "SELECT id FROM users") == []
    del provider.more["sub"]
    log_in(browser)
    assert rows(trusting, "SELECT email FROM users") == [{"email": EMAIL}]


def test_what_a_provider_says_besides_the_token_proves_no_login(
    provider: Provider, trusting: Flask, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Users may write such claims themselves, at providers that let them edit their profile."""
    monkeypatch.setenv("SOCIAL_ACME_TWO_FACTORS", "mfa")
    browser = Browser(make_app(ask_for_more))
    provider.claims = {"sub": "1001", "email_verified": True}
    provider.more = {"email": EMAIL, "email_verified": False, "amr": ["mfa"], "auth_time": "now"}
    log_in(browser)
    assert rows(trusting, "SELECT id FROM users") == []
    provider.more["email_verified"] = True
    assert log_in(browser).location == "/step"


def test_leaving_is_limited_by_network(trusting: Flask, make_app: MakeApp) -> None:
    browser = Browser(make_app(login_attempts_per_address=Rate(2, 900)))
    assert [browser.post(START).status_code for _ in range(3)] == [200, 200, 429]


def test_a_way_back_that_nobody_began_leaves_no_trace(trusting: Flask) -> None:
    """Images on another site lead there: they must not use up the logins of a network."""
    assert Browser(trusting).get(f"{START}/callback?state=login.00&code=x").status_code == 410
    for table in ("throttles", "events"):
        assert rows(trusting, f"SELECT * FROM {table}") == []


def test_a_reset_while_an_account_is_connected_stops_it(
    trusting: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thief must not leave a login method behind."""
    with trusting.app_context():
        add_user(EMAIL)
    thief, owner, identify = Browser(trusting), Browser(trusting), protocol.identify
    thief.login()
    owner.get(ask_for_link(owner, "/auth/reset", EMAIL))
    form = {"password": NEW_PASSWORD}

    def overtaken(*given: object) -> object:
        meanwhile(lambda: owner.post("/auth/reset/finish", data=form))
        return identify(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(protocol, "identify", overtaken)
    thief.get(visit(thief.post(CONNECT)))
    assert rows(trusting, "SELECT id FROM social_connections") == []


def add_page(app: Flask) -> None:
    @app.get("/test-closed")
    @recent_factor_required
    def closed() -> str:
        return "open"


def test_a_page_that_asks_for_the_password_asks_an_account_without_one_for_a_proof(
    trusting: Flask, make_app: MakeApp
) -> None:
    """Its form has no password to check."""
    browser = Browser(make_app(add_page))
    log_in(browser)
    assert browser.get("/test-closed").location == "/auth/confirm?next=/test-closed"
    browser.get(visit(browser.post("/auth/confirm/with/acme")))
    assert browser.get("/test-closed").text == "open"


def require_a_passkey(app: Flask) -> None:
    """Require two factors, where every account has a passkey as its second one."""
    add_part(app, Part(order=99, passwordless=lambda user: True))
    required = replace(app.extensions["settings"], require_second_factor=True)
    app.extensions["settings"] = required


def test_where_a_passkey_is_the_second_factor_a_provider_confirms_nothing(
    trusting: Flask, make_app: MakeApp
) -> None:
    """A thief at an open session may be signed in at the provider too."""
    browser = Browser(make_app(require_a_passkey))
    log_in(browser)
    assert "Confirm with Acme" not in browser.get("/auth/confirm").text
    assert browser.post("/auth/confirm/with/acme").status_code == 422
