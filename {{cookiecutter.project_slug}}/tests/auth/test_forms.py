"""A form of another site, or of a page of another account, changes nothing."""

import logging
import re

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }} import account
from {{ cookiecutter.project_slug }}.auth.guards import (
    login_not_required,
    recent_login_required,
)

from ..conftest import MakeApp
from ..support.accounts import add_user
from ..support.html import crawl, forms_on
from ..support.http import ORIGIN, Browser, page
from ..support.sql import everything_stored

UNSAFE = ["POST", "PUT", "PATCH", "DELETE"]

BOB = "bob@example.com"
# The folders of our templates, which use the macro `post_form`. Forms for visitors have no mark.
FOLDERS = {"account", "auth", *account.PARTS}
FOR_VISITORS = {"auth/login.html", "auth/register.html", "auth/reset.html"}


def add_probe(app: Flask) -> None:
    """Add a view that counts its calls."""
    app.config["REACHED"] = 0

    @app.route("/test-probe", methods=["GET", *UNSAFE])
    @login_not_required
    def reach() -> tuple[str, int]:
        app.config["REACHED"] += 1
        return "", 204


@pytest.fixture
def probe(configure: MakeApp) -> Flask:
    """Return an app with a view that counts its calls."""
    return configure(add_probe)


def visitor(app: Flask, cookie: str | None, origin: str = ORIGIN) -> Browser:
    """Return a client that sends neither Sec-Fetch-Site nor Origin."""
    browser = Browser(app, origin=origin)
    del browser.environ_base["HTTP_SEC_FETCH_SITE"]
    if cookie:
        browser.keep({cookie: "x"})
    return browser


def ask(
    browser: Browser,
    method: str = "POST",
    *,
    site: str | None = None,
    origin: str | None = None,
) -> int:
    said = {"Sec-Fetch-Site": site, "Origin": origin, "Accept": "application/json"}
    headers = {name: value for name, value in said.items() if value is not None}
    return browser.open("/test-probe", method=method, headers=headers).status_code


@pytest.mark.parametrize("method", UNSAFE)
def test_the_origin_of_every_unsafe_method_is_checked(probe: Flask, method: str) -> None:
    browser = visitor(probe, None)
    assert ask(browser, method, site="cross-site") == 403
    assert ask(browser, method, origin="https://evil.example") == 403
    assert ask(browser, method, site="same-origin") == 204


def test_a_forged_form_is_refused_with_a_reason(
    client: Browser, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    client.login()
    forged = {"Sec-Fetch-Site": "cross-site"}
    with caplog.at_level(logging.WARNING):
        for path in ("/auth/logout", "/account/", "/auth/login", "/no/such/page"):
            answer = client.post(path, data={"name": "Eve"}, headers=forged)
            assert answer.status_code == 403, path
            assert "did not come from a page of this site" in answer.text
            assert "Set-Cookie" not in answer.headers
    assert "cross-origin POST refused" in caplog.text
    assert client.name() == "Ana"


def switch_to_bob(client: Browser) -> None:
    """Sign in as Bob in another tab, while Ana's pages stay open in this one."""
    client.logout()
    client.login(BOB)


@pytest.fixture
def ana(app: Flask, client: Browser, user: str) -> Browser:
    with app.app_context():
        add_user(BOB, name="Bob")
    client.login()
    return client


def test_every_form_of_another_account_is_refused(app: Flask, ana: Browser) -> None:
    Browser(app).login()
    forms = [form for shown in crawl(ana, "/") for form in forms_on(shown)]
    missing = {"/account/", "/account/password", "/auth/confirm"} - {form.action for form in forms}
    assert not missing, f"open the forms of {sorted(missing)} with post_form (_fields.html)."
    switch_to_bob(ana)
    stored = everything_stored(app)
    for form in forms:
        refused = ana.post(form.action, data=form.fields)
        assert refused.status_code == 409, (
            f"{form.action} answers {refused.status_code} to a form of another account: let the form "
            "go to a view of this app that takes POST."
        )
        assert "Nothing was changed" in refused.text
    assert everything_stored(app) == stored


def test_a_stale_form_is_refused_before_the_password_is_asked_for(
    make_app: MakeApp, user: str, clock: TimeMachineFixture
) -> None:
    app = make_app()

    @page(app)
    @recent_login_required
    def secret() -> ResponseReturnValue:
        return "secret"

    client = Browser(app)
    client.login()
    clock.shift(10 * 60)
    assert client.post("/test-secret").status_code == 303
    assert client.post("/test-secret", data={"made_for": "0" * 16}).status_code == 409


def test_our_templates_open_forms_with_post_form(app: Flask) -> None:
    loader = app.jinja_env.loader
    assert loader
    names = [name for name in loader.list_templates() if name.partition("/")[0] in FOLDERS]
    sources = {name: loader.get_source(app.jinja_env, name)[0] for name in names}
    by_hand = {name for name in names if re.search(r'<form[^>]*method="?post', sources[name])}
    assert by_hand <= FOR_VISITORS, (
        f"open the forms in {sorted(by_hand - FOR_VISITORS)} with post_form (_fields.html)."
    )
    assert [name for name in names if "call post_form(" in sources[name]]
