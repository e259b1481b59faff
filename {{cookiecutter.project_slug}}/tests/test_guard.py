"""Every view asks for login unless it says otherwise."""

import pytest
from flask import Flask, request
from werkzeug import Response

from {{ cookiecutter.project_slug }}.account import PARTS
from {{ cookiecutter.project_slug }}.auth.guards import login_not_required, signed_in_user

from .browser import Browser
from .conftest import MakeApp

LOCALHOST = "http://localhost:5000"
# To open a view is a decision: add it here as well. The parts of the account have
# tests of their own.
PUBLIC = {
    "auth.log_in",
    "auth.login",
    "auth.logout",
    "language.choose",
    "pages.healthz",
    "pages.home",
    "register.finish",
    "register.open_mailed",
    "register.start",
    "reset.finish",
    "reset.open_mailed",
    "reset.start",
    "static",
    "well_known.lead_to_password",
}


def asks_for_login(response: Response) -> bool:
    location = response.headers.get("Location", "")
    return response.status_code == 303 and location.startswith("/auth/login")


def open_endpoints(app: Flask, origin: str) -> set[str]:
    """Return the endpoints that let a visitor in, by any method.

    The views themselves are not called, so it does not matter what an address may hold.
    """
    found = set()
    # Those of a blueprint are open as those in static/ are.
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
        f"{sorted(opened - allowed)} can be opened without a login. If that is meant, add it to "
        "PUBLIC in tests/test_guard.py; if not, take @login_not_required from the view."
    )


def test_these_endpoints_and_no_others_are_public(app: Flask, client: Browser) -> None:
    opened = open_endpoints(app, client.origin)
    assert_only_these_are_open(opened, PUBLIC)
    assert not PUBLIC - opened, (
        f"{sorted(PUBLIC - opened)} in PUBLIC (tests/test_guard.py) asks for login, or is not "
        "there: take it from PUBLIC, or mark the view @login_not_required, right below its route."
    )


def test_development_opens_its_own_pages_and_no_others(configure: MakeApp) -> None:
    app = configure(development=True, public_url=LOCALHOST)
    opened = open_endpoints(app, LOCALHOST)
    own = {endpoint for endpoint in opened if endpoint.startswith("dev.")}
    assert own
    assert_only_these_are_open(opened, PUBLIC | own)


def test_a_new_view_is_closed_until_it_is_marked(make_app: MakeApp, user: str) -> None:
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


def test_an_open_view_cannot_count_on_a_user(make_app: MakeApp) -> None:
    app = make_app()

    @app.get("/test-closed")
    @login_not_required
    def notes() -> str:
        return signed_in_user().name

    with pytest.raises(RuntimeError, match="open to everybody"):
        Browser(app).get("/test-closed")


def test_unknown_pages_are_missing_not_closed(client: Browser) -> None:
    assert client.get("/nowhere").status_code == 404
    assert client.delete("/account/").status_code == 405


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_refused_look_leads_back_after_login(client: Browser, method: str) -> None:
    refused = client.open("/account/password?a=1&b=2", method=method)
    assert asks_for_login(refused)
    assert refused.location == "/auth/login?next=/account/password?a%3D1%26b%3D2"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_refused_change_is_not_repeated_after_login(make_app: MakeApp, method: str) -> None:
    app = make_app()
    app.add_url_rule("/test-closed", "notes", lambda: "changed", methods=[method])
    assert Browser(app).open("/test-closed", method=method).location == "/auth/login"


def test_development_names_the_view_that_asked(
    configure: MakeApp, caplog: pytest.LogCaptureFixture
) -> None:
    app = configure(development=True, public_url=LOCALHOST)
    browser = Browser(app, origin=LOCALHOST)
    page = browser.get(browser.get("/account/password").location)
    assert "account.password" in page.text
    assert "@login_not_required" in page.text
    assert "account.password asks for login" in caplog.text


@pytest.mark.parametrize(
    "wanted", ["", "/", "/nowhere", "/auth/login", "//account/", "/static/x", "http:["]
)
def test_development_says_nothing_of_pages_that_are_open(configure: MakeApp, wanted: str) -> None:
    app = configure(development=True, public_url=LOCALHOST)
    browser = Browser(app, origin=LOCALHOST)
    page = browser.get("/auth/login", query_string={"next": wanted})
    assert page.status_code == 200
    assert "@login_not_required" not in page.text


def test_a_served_app_tells_nobody_how_it_is_built(client: Browser) -> None:
    page = client.get(client.get("/account/password").location)
    assert "account.password" not in page.text
