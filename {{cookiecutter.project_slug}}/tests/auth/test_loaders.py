"""Scripts get answers that they can read; other means than cookies may tell who makes a request."""

import pytest
from flask import Flask, request, session
from time_machine import TimeMachineFixture
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.account import add_part
from {{ cookiecutter.project_slug }}.auth import accounts, guards
from {{ cookiecutter.project_slug }}.auth.guards import recent_login_required
from {{ cookiecutter.project_slug }}.auth.parts import Part
from {{ cookiecutter.project_slug }}.core.db import db
from {{ cookiecutter.project_slug }}.core.web.request import Loader
from {{ cookiecutter.project_slug }}.models import User

from ..conftest import MakeApp
from ..support.accounts import add_user
from ..support.http import EMAIL, ORIGIN, Browser, page, set_cookies
from ..support.sql import run_sql, selects, statements

BOB = "bob@example.com"
BY_PROXY, BY_PROGRAM = "X-Proxy-User", "X-Program-User"

LOGIN = "Please log in."
CONFIRM = "Please confirm your password first."
# The headers that browsers and libraries send when they open a page, or do not.
NAVIGATIONS = [
    {},
    {"Accept": "*/*"},
    {"Sec-Fetch-Mode": "navigate", "Accept": "text/html,*/*;q=0.8"},
]
SCRIPTS = [
    {"Sec-Fetch-Mode": "cors", "Accept": "*/*"},
    {"Sec-Fetch-Mode": "no-cors", "Accept": "image/*"},
    {"Sec-Fetch-Mode": "same-origin"},
    {"Accept": "application/json"},
    {"HX-Request": "true", "Accept": "*/*"},
]
HTMX = {"HX-Request": "true", "Sec-Fetch-Mode": "cors", "Referer": f"{ORIGIN}/notes?page=2"}


def add_loaders(app: Flask) -> None:
    """Let a proxy or a program name the user, and add views that need one."""
    for header in (BY_PROXY, BY_PROGRAM):

        def is_used(header: str = header) -> bool:
            return header in request.headers

        def load(header: str = header) -> User | None:
            return accounts.find(request.headers[header])

        loader = Loader(is_used, load)
        if header == BY_PROGRAM:
            loader = loader._replace(ambient=False)
        add_part(app, Part(order=0, loader=loader))

    @app.route("/test-name", methods=["GET", "POST"])
    def name() -> str:
        assert not db.session.in_transaction()
        return guards.signed_in_user().name

    @app.get("/test-session")
    def keep() -> str:
        found = session.get("name", "nothing")
        session["name"] = guards.signed_in_user().name
        return str(found)

    @app.get("/test-vault")
    @guards.recent_login_required
    def vault() -> str:
        return "gold"


@pytest.fixture
def bob(configure: MakeApp, user: str) -> Browser:
    """Return a browser in which Bob is signed in; Ana has an account, too."""
    app = configure(add_loaders)
    with app.app_context():
        add_user(BOB, name="Bob")
    browser = Browser(app)
    browser.login(BOB)
    return browser


def use(
    browser: Browser, header: str, email: str = EMAIL, method: str = "GET", **more: str
) -> TestResponse:
    return browser.open("/test-name", method=method, headers={header: email, **more})


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_means_are_used_in_place_of_cookies(bob: Browser, method: str) -> None:
    for header in (BY_PROXY, BY_PROGRAM):
        with statements(bob.application) as run:
            answer = use(bob, header, method=method)
        assert (answer.text, set_cookies(answer)) == ("Ana", [])
        assert len(selects(run)) == 1
        refused = use(bob, header, "nobody@example.com", method)
        assert refused.status_code in {303, 401}, "Other means must not fall back to cookies."
    assert bob.get("/test-name").text == "Bob"


def test_other_means_neither_read_nor_change_the_session(bob: Browser) -> None:
    assert bob.get("/test-session").text == "nothing"
    for header in (BY_PROXY, BY_PROGRAM):
        answer = bob.get("/test-session", headers={header: EMAIL})
        assert (answer.text, set_cookies(answer)) == ("nothing", [])
        assert set_cookies(bob.post("/auth/logout", headers={header: EMAIL})) == []
    assert bob.get("/test-session").text == "Bob"


def test_no_means_load_a_disabled_account(bob: Browser) -> None:
    run_sql(bob.application, "UPDATE users SET disabled_at = created_at")
    assert [use(bob, header).status_code for header in (BY_PROXY, BY_PROGRAM)] == [303, 401]


def test_no_other_means_prove_the_password(bob: Browser) -> None:
    assert bob.get("/test-vault").text == "gold"
    assert bob.get("/test-vault", headers={BY_PROGRAM: BOB}).status_code == 403


@pytest.mark.parametrize("headers", NAVIGATIONS)
def test_a_browser_that_opens_a_page_is_redirected_to_login(
    client: Browser, headers: dict[str, str]
) -> None:
    refused = client.get("/account/", headers=headers)
    assert (refused.status_code, refused.location) == (303, "/auth/login?next=/account/")


@pytest.mark.parametrize("headers", SCRIPTS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_script_without_a_login_gets_401_as_json(
    client: Browser, method: str, headers: dict[str, str]
) -> None:
    refused = client.open("/account/", method=method, headers=headers)
    assert (refused.status_code, refused.json) == (401, {"error": LOGIN})
    assert "Location" not in refused.headers
    assert ("HX-Redirect" in refused.headers) == ("HX-Request" in headers)


def test_htmx_opens_the_full_login_page_and_returns_to_the_outer_page(
    client: Browser,
) -> None:
    refused = client.get("/account/", headers=HTMX)
    assert refused.headers["HX-Redirect"] == "/auth/login?next=/notes?page%3D2"
    # htmx asked for a fragment, and a fragment is no page to return to.
    refused = client.get("/account/", headers=HTMX | {"Referer": "https://evil.example/"})
    assert refused.headers["HX-Redirect"] == "/auth/login"


def test_htmx_opens_the_full_page_to_confirm_the_password(
    make_app: MakeApp, user: str, clock: TimeMachineFixture
) -> None:
    app = make_app()

    @page(app)
    @recent_login_required
    def vault() -> str:
        return "gold"

    client = Browser(app)
    client.login()
    assert client.post("/test-vault", headers=HTMX).text == "gold"
    clock.shift(600)
    refused = client.post("/test-vault", headers=HTMX)
    there = "/auth/confirm?next=/notes?page%3D2"
    assert (refused.status_code, refused.json) == (403, {"error": CONFIRM, "location": there})
    assert refused.headers["HX-Redirect"] == there


@pytest.mark.parametrize("headers", SCRIPTS)
def test_a_script_reads_errors_as_json(client: Browser, headers: dict[str, str]) -> None:
    refused = client.delete("/account/", headers=headers)
    assert refused.status_code == 405
    assert refused.json == {"error": "This page does not exist."}, (
        "a script does not get the error as JSON: if you wrote an error handler, let it return the "
        "error itself where wants_json() (core/web/request.py) is true."
    )
