"""REQUIRE_SECOND_FACTOR: a user without a second factor has to set one up."""

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.account import PARTS

from ...conftest import MakeApp
from ...support.accounts import add_user
from ...support.html import addresses
from ...support.http import EMAIL, Browser
from .phone import PAGE, switch_on

OPEN = {
    "auth.logout",
    "confirm.show",
    "language.choose",
    "pages.healthz",
    "reset.finish",
    "reset.open_mailed",
    "reset.start",
    "second_factor.manage",
    "static",
}
OTHERS = {*PARTS} - {"second_factor"}


@pytest.fixture
def required(configure: MakeApp, user: str) -> Flask:
    return configure(require_second_factor=True)


@pytest.fixture
def newcomer(required: Flask) -> Browser:
    """Return the browser of a user without a second factor."""
    browser = Browser(required)
    browser.login()
    return browser


def is_led_to_it(browser: Browser, path: str, method: str = "GET") -> bool:
    answer = browser.open(path, method=method)
    return (answer.status_code, answer.location) == (303, PAGE)


def test_a_user_without_a_second_factor_can_open_only_these_pages(
    required: Flask, newcomer: Browser
) -> None:
    cookies = newcomer.jar()
    found = set()
    for rule, path in addresses(required):
        # Another part can be the second factor as well, and has its own test.
        if rule.endpoint.partition(".")[0] in OTHERS:
            continue
        for method in (rule.methods or set()) - {"OPTIONS"}:
            browser = Browser(required)
            browser.keep(cookies)
            if rule.endpoint != "auth.logout" and not is_led_to_it(browser, path, method):
                found.add(rule.endpoint)
    # The static files of an extension are public, as our own are.
    opened = {name for name in found if not name.endswith(".static")} | {"auth.logout"}
    assert opened == OPEN, (
        f"{sorted(opened ^ OPEN)} differs from the list: a user without a second factor may open "
        "only what is needed to set one up."
    )


def test_a_user_with_a_new_second_factor_can_open_every_page(newcomer: Browser) -> None:
    page = newcomer.get(PAGE).text
    assert "Please set up two-factor authentication first." in page
    assert 'href="/account/"' not in page.partition("<main")[2]
    switch_on(newcomer)
    assert newcomer.name() == "Ana"
    newcomer.post(f"{PAGE}/off")
    assert is_led_to_it(newcomer, "/")


def test_a_second_factor_is_not_required_by_default(app: Flask, client: Browser) -> None:
    with app.app_context():
        add_user(EMAIL)
    client.login()
    assert client.is_signed_in()
