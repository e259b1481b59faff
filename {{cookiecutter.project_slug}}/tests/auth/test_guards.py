"""Every view requires login unless it is marked public; a mark can require a recent password."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, request
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from time_machine import TimeMachineFixture
from werkzeug import Response

from {{ cookiecutter.project_slug }}.account import PARTS
from {{ cookiecutter.project_slug }}.auth.guards import (
    login_not_required,
    recent_factor_required,
    recent_login_required,
    signed_in_user,
)

from ..conftest import MakeApp
from ..support.http import NOWHERE, Browser, taken_by_catch_all
from ..test_pages import PUBLIC

LOCALHOST = "http://localhost:5000"
UNSAFE = ["POST", "PUT", "PATCH", "DELETE"]
# The public endpoints that came with the project. Add your own in tests/test_pages.py; the parts
# of the account have their own tests.
OPEN = PUBLIC | {
    "account.choose_language",
    "account.lead_to_password",
    "auth.log_in",
    "auth.login",
    "auth.logout",
    "register.finish",
    "register.open_mailed",
    "register.start",
    "reset.finish",
    "reset.open_mailed",
    "reset.start",
    "static",
}

ASKS = "/auth/confirm?next=/test-vault"
TEN_MINUTES = 600


def asks_for_login(response: Response) -> bool:
    location = response.headers.get("Location", "")
    return response.status_code == 303 and location.startswith("/auth/login")


def open_endpoints(app: Flask, origin: str) -> set[str]:
    """Return the endpoints that a visitor can open, by any method.

    The views themselves are not called, so the values in an address do not matter.
    """
    found = set()
    # The static files of a blueprint are public, as those in static/ are.
    files = {f"{name}.static" for name, owner in app.blueprints.items() if owner.has_static_folder}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in files or rule.endpoint.partition(".")[0] in PARTS:
            continue
        for method in (rule.methods or set()) - {"OPTIONS"}:
            environ = Browser(app).environ_base
            with app.test_request_context("/", origin, method=method, environ_base=environ):
                request.url_rule, request.view_args, request.routing_exception = rule, {}, None
                refused = app.preprocess_request()
                if refused is None or not asks_for_login(app.make_response(refused)):
                    found.add(rule.endpoint)
    return found


def assert_only_these_are_open(opened: set[str], allowed: set[str]) -> None:
    assert not opened - allowed, (
        f"{sorted(opened - allowed)} can be opened without a login: add it to PUBLIC in "
        "tests/test_pages.py if you mean it; otherwise remove @login_not_required from the view."
    )


def test_only_the_listed_endpoints_are_public(app: Flask, client: Browser) -> None:
    opened = open_endpoints(app, client.origin)
    assert_only_these_are_open(opened, OPEN)
    assert not OPEN - opened, (
        f"{sorted(OPEN - opened)} requires login or does not exist: remove it from PUBLIC in "
        "tests/test_pages.py, or write @login_not_required right below the route of its view."
    )


def test_development_opens_only_its_own_pages(configure: MakeApp) -> None:
    app = configure(development=True, public_url=LOCALHOST)
    opened = open_endpoints(app, LOCALHOST)
    own = {endpoint for endpoint in opened if endpoint.startswith("dev.")}
    assert own
    assert_only_these_are_open(opened, OPEN | own)


def test_a_new_view_requires_login_until_it_is_marked_public(make_app: MakeApp, user: str) -> None:
    app = make_app()

    @app.get("/test-closed")
    def notes() -> str:
        return signed_in_user().name

    @app.get("/test-open")
    @login_not_required
    def news() -> str:
        return "news"

    browser = Browser(app)
    assert asks_for_login(browser.get("/test-closed"))
    assert browser.get("/test-open").text == "news"
    browser.login()
    assert browser.get("/test-closed").text == "Ana"


def test_an_unknown_page_answers_404_without_login(client: Browser) -> None:
    missing = client.get(NOWHERE).status_code
    assert missing == 404 or taken_by_catch_all(client.application, NOWHERE)
    assert client.delete("/account/").status_code == 405


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_login_returns_to_a_page_that_was_refused(client: Browser, method: str) -> None:
    refused = client.open("/account/password?a=1&b=2", method=method)
    assert asks_for_login(refused)
    assert refused.location == "/auth/login?next=/account/password?a%3D1%26b%3D2"


def add_closed(app: Flask) -> None:
    app.add_url_rule("/test-closed", "notes", lambda: "changed", methods=UNSAFE)


@pytest.mark.parametrize("method", UNSAFE)
def test_login_does_not_repeat_a_change_that_was_refused(configure: MakeApp, method: str) -> None:
    browser = Browser(configure(add_closed))
    assert browser.open("/test-closed", method=method).location == "/auth/login"


def test_a_served_login_page_names_no_endpoint(client: Browser) -> None:
    page = client.get(client.get("/account/password").location)
    assert "account.password" not in page.text


@pytest.mark.parametrize("order", ["above", "below", "public"])
def test_decorators_in_the_wrong_order_open_nothing(
    make_app: MakeApp, user: str, clock: TimeMachineFixture, order: str
) -> None:
    app = make_app()

    def vault() -> ResponseReturnValue:
        return "gold"

    marks = [recent_login_required] + [login_not_required] * (order == "public")
    for mark in marks if order != "above" else []:
        vault = mark(vault)
    app.add_url_rule("/test-vault", view_func=vault)
    if order == "above":
        recent_login_required(vault)
        # It does not take the place of the first one.
        recent_factor_required(vault)

    visitor, site = Browser(app), Browser(app)
    assert visitor.get("/test-vault").status_code == 303
    site.login()
    assert site.get("/test-vault").text == "gold"
    clock.shift(TEN_MINUTES)
    assert site.get("/test-vault").location == ASKS


@pytest.mark.parametrize("within", ["a class", "a decorator", "an asynchronous one"])
def test_a_wrapped_view_still_requires_a_recent_login(
    make_app: MakeApp, user: str, clock: TimeMachineFixture, within: str
) -> None:
    app = make_app()

    @recent_login_required
    def vault() -> str:
        return "gold"

    @recent_login_required
    async def later() -> str:
        return "gold"

    class Vault(MethodView):
        @recent_login_required
        def get(self) -> str:
            return "gold"

    unseen: dict[str, Callable[..., Any]] = {
        "a class": Vault.as_view("vault"),
        "a decorator": lambda: vault(),
        "an asynchronous one": later,
    }
    app.add_url_rule("/test-vault", "vault", unseen[within])
    site = Browser(app)
    site.login()
    assert site.get("/test-vault").text == "gold"
    clock.shift(TEN_MINUTES)
    assert site.get("/test-vault").location == ASKS
