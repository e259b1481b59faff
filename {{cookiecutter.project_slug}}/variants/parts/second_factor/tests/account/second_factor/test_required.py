"""REQUIRE_SECOND_FACTOR: nobody goes on without one."""

import pytest
from flask import Flask

from ...browser import EMAIL, Browser
from ...conftest import MakeApp
from ...crawling import addresses
from ...inside import rows
from ...people import add_user
from ...statements import selects, statements
from .phone import PAGE, equip, give_code, give_password, switch_on

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


def test_a_client_that_asks_for_json_is_told_in_json(newcomer: Browser) -> None:
    refused = newcomer.get("/", headers={"Accept": "application/json"})
    assert refused.status_code == 403
    assert refused.json == {"error": "Please set up two-factor authentication first."}


def test_once_it_is_set_up_everything_is_open(newcomer: Browser) -> None:
    page = newcomer.get(PAGE).text
    assert "Please set up two-factor authentication first." in page
    assert 'href="/account/"' not in page.partition("<main")[2]
    switch_on(newcomer)
    assert newcomer.name() == "Ana"
    newcomer.post(f"{PAGE}/off")
    assert is_led_to_it(newcomer, "/")


def test_who_has_one_is_not_held_up(required: Flask, user: str) -> None:
    phone = equip(required)
    browser = Browser(required)
    give_password(browser)
    give_code(browser, phone.code())
    with statements(required) as run:
        assert browser.get("/account/").status_code == 200
    assert len(selects(run)) == 1


def test_visitors_are_not_held_up(required: Flask) -> None:
    browser = Browser(required)
    for path in ("/", "/auth/login", "/auth/reset", "/healthz"):
        assert browser.get(path).status_code == 200


def test_what_is_missing_is_missing(newcomer: Browser) -> None:
    assert newcomer.get("/nowhere").status_code == 404
    assert newcomer.get("/static/none").status_code == 404


def test_one_can_leave(newcomer: Browser) -> None:
    assert newcomer.logout().location == "/"
    assert not newcomer.is_signed_in()


def test_nothing_is_changed_on_the_way(required: Flask, newcomer: Browser) -> None:
    form = {"name": "Mallory", "language": "en"}
    assert newcomer.post("/account/", data=form).location == PAGE
    assert rows(required, "SELECT name FROM users") == [{"name": "Ana"}]


def test_it_is_not_required_unless_the_setting_says_so(app: Flask, client: Browser) -> None:
    with app.app_context():
        add_user(EMAIL)
    client.login()
    assert client.is_signed_in()
