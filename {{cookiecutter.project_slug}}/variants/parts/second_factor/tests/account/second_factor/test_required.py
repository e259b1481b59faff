"""REQUIRE_SECOND_FACTOR: nobody goes on without one."""

import pytest
from flask import Flask

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
    "second_factor.manage",
    "static",
}


@pytest.fixture
def required(configure: MakeApp, user: str) -> Flask:
    return configure(require_second_factor=True)


@pytest.fixture
def newcomer(required: Flask) -> Browser:
    """Return a browser of somebody who has yet to set one up."""
    browser = Browser(required)
    browser.login()
    return browser


def is_led_to_it(browser: Browser, path: str, method: str = "GET") -> bool:
    answer = browser.open(path, method=method)
    return (answer.status_code, answer.location) == (303, PAGE)


def test_every_page_but_these_leads_to_where_it_is_set_up(
    required: Flask, newcomer: Browser
) -> None:
    cookies = newcomer.jar()
    found = set()
    for rule, path in addresses(required):
        for method in (rule.methods or set()) - {"OPTIONS"}:
            browser = Browser(required)
            browser.keep(cookies)
            if rule.endpoint != "auth.logout" and not is_led_to_it(browser, path, method):
                found.add(rule.endpoint)
    # Files of an extension are open, as our own are.
    assert {name for name in found if not name.endswith(".static")} | {"auth.logout"} == OPEN


def test_once_it_is_set_up_everything_is_open(newcomer: Browser) -> None:
    page = newcomer.get(PAGE).text
    assert "Please set up two-factor authentication first." in page
    assert 'href="/account/"' not in page.partition("<main")[2]
    switch_on(newcomer)
    assert newcomer.name() == "Ana"
    newcomer.post(f"{PAGE}/off")
    assert is_led_to_it(newcomer, "/")


def test_it_is_not_required_unless_the_setting_says_so(app: Flask, client: Browser) -> None:
    with app.app_context():
        add_user(EMAIL)
    client.login()
    assert client.is_signed_in()
