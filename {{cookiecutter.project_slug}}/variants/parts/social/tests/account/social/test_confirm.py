"""A user without a password confirms by what the provider says."""

from time import time

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.account.social import oidc

from ...support.accounts import NEW_PASSWORD
from ...support.http import EMAIL, Browser
from ...support.mail import ask_for_link
from ...support.sql import rows
from .provider import ANA, Provider, log_in, visit

START = "/auth/confirm/with/acme"
CLOSED = "/account/delete"


@pytest.fixture
def ana(browser: Browser) -> Browser:
    """Return the browser of a user without a password."""
    log_in(browser)
    return browser


def confirm(browser: Browser, **form: str) -> TestResponse:
    return browser.get(visit(browser.post(START, data=form)))


def is_asked(browser: Browser) -> bool:
    """Tell whether a page that needs a recent proof asks for one."""
    answer = browser.post("/account/connections/acme")
    return bool(answer.location) and answer.location.startswith("/auth/confirm")


def test_a_login_with_a_provider_is_no_recent_proof(ana: Browser) -> None:
    """The provider may have signed the user in a week ago, at a computer that others use."""
    assert is_asked(ana)
    page = ana.get("/auth/confirm").text
    assert f'formaction="{START}"' in page
    assert 'name="password"' not in page


def test_a_user_confirms_with_the_provider_which_asks_again(
    trusting: Flask, ana: Browser, provider: Provider
) -> None:
    assert confirm(ana, next="/account/").location == "/account/"
    assert provider.asked["max_age"] == "0"
    assert not is_asked(ana)
    assert {"kind": "confirmed"} in rows(trusting, "SELECT kind FROM events")


@pytest.mark.parametrize("seconds", [None, 3600])
def test_a_provider_that_did_not_ask_again_confirms_nothing(
    ana: Browser, provider: Provider, seconds: int | None
) -> None:
    provider.token = {"auth_time": None if seconds is None else int(time()) - seconds}
    confirm(ana)
    assert is_asked(ana)


def test_another_account_at_the_provider_confirms_nothing(ana: Browser, provider: Provider) -> None:
    provider.claims = {**ANA, "sub": "6666"}
    confirm(ana)
    assert is_asked(ana)


def test_a_provider_that_does_not_say_when_it_asked_is_not_offered(
    ana: Browser, provider: Provider
) -> None:
    provider.metadata = {"claims_supported": ["sub", "email"]}
    oidc._document.cache_clear()
    assert START not in ana.get("/auth/confirm").text
    assert ana.post(START).status_code == 422


def test_an_answer_to_a_login_confirms_nothing(ana: Browser) -> None:
    log_in(ana)
    assert is_asked(ana)


def test_a_user_with_a_password_confirms_with_it(ana: Browser) -> None:
    link = ask_for_link(ana, "/auth/reset", EMAIL)
    ana.get(link)
    ana.post("/auth/reset/finish", data={"password": NEW_PASSWORD})
    log_in(ana)
    assert START not in ana.get("/auth/confirm").text
    assert ana.post(START).status_code == 422
    assert is_asked(ana)
    assert ana.post("/auth/confirm", data={"password": NEW_PASSWORD}).status_code == 303
    assert not is_asked(ana)


def test_no_password_is_no_way_to_confirm(ana: Browser) -> None:
    for password in ("", "None", NEW_PASSWORD):
        assert ana.post("/auth/confirm", data={"password": password}).status_code == 422
    assert is_asked(ana)
