"""A script gets an answer that it can read; only a browser that opens a page is led to another."""

import pytest
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth.guards import recent_login_required

from ..conftest import MakeApp
from ..support.http import ORIGIN, Browser, page

LOGIN = "Please log in."
CONFIRM = "Please confirm your password first."
# What browsers and libraries say of themselves, and whether they open a page.
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
def test_a_browser_that_opens_a_page_is_led_to_the_login(
    client: Browser, headers: dict[str, str]
) -> None:
    refused = client.get("/account/", headers=headers)
    assert (refused.status_code, refused.location) == (303, "/auth/login?next=/account/")


@pytest.mark.parametrize("headers", SCRIPTS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_script_is_told_that_nobody_is_signed_in(
    client: Browser, method: str, headers: dict[str, str]
) -> None:
    refused = client.open("/account/", method=method, headers=headers)
    assert (refused.status_code, refused.json) == (401, {"error": LOGIN})
    assert "Location" not in refused.headers
    assert ("HX-Redirect" in refused.headers) == ("HX-Request" in headers)


def test_htmx_opens_the_login_page_as_a_whole_and_comes_back_to_the_page_around(
    client: Browser,
) -> None:
    refused = client.get("/account/", headers=HTMX)
    assert refused.headers["HX-Redirect"] == "/auth/login?next=/notes?page%3D2"
    # A part of a page is no page to come back to.
    refused = client.get("/account/", headers=HTMX | {"Referer": "https://evil.example/"})
    assert refused.headers["HX-Redirect"] == "/auth/login"


def test_htmx_is_led_to_the_password_as_well(
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
    assert (refused.status_code, refused.json) == (403, {"error": CONFIRM})
    assert refused.headers["HX-Redirect"] == "/auth/confirm?next=/notes?page%3D2"


@pytest.mark.parametrize("headers", SCRIPTS)
def test_a_script_reads_errors_as_json(client: Browser, headers: dict[str, str]) -> None:
    missing = client.get("/nowhere", headers=headers)
    assert (missing.status_code, missing.json) == (404, {"error": "There is no such page here."})
