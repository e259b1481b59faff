"""A script gets JSON; only a browser that opens a page is redirected."""

import pytest
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth.guards import recent_login_required

from ..conftest import MakeApp
from ..support.http import ORIGIN, Browser, page

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
    assert client.post("/vault", headers=HTMX).text == "gold"
    clock.shift(600)
    refused = client.post("/vault", headers=HTMX)
    there = "/auth/confirm?next=/notes?page%3D2"
    assert (refused.status_code, refused.json) == (403, {"error": CONFIRM, "location": there})
    assert refused.headers["HX-Redirect"] == there


@pytest.mark.parametrize("headers", SCRIPTS)
def test_a_script_reads_errors_as_json(client: Browser, headers: dict[str, str]) -> None:
    missing = client.get("/no/such/page", headers=headers)
    assert missing.status_code == 404
    assert missing.json == {"error": "This page does not exist."}, (
        "a script does not get the error as JSON: if you wrote an error handler, let it return the "
        "error itself where wants_json() (core/web/request.py) is true."
    )
