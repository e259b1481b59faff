"""REQUIRE_SECOND_FACTOR: a user without a second factor has to set one up."""

from flask import Flask

from ....account.second_factor import test_set_up
from ....account.second_factor.phone import PAGE, equip, give_code, give_password
from ....support.http import Browser
from ....support.sql import rows, selects, statements

required = test_set_up.required
newcomer = test_set_up.newcomer


def test_a_client_that_asks_for_json_gets_the_refusal_as_json(newcomer: Browser) -> None:
    refused = newcomer.get("/", headers={"Accept": "application/json"})
    assert refused.status_code == 403
    assert refused.json == {
        "error": "Please set up two-factor authentication first.",
        "location": PAGE,
    }


def test_a_user_with_a_second_factor_is_not_redirected(required: Flask, user: str) -> None:
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


def test_an_unknown_page_is_still_a_404(newcomer: Browser) -> None:
    assert newcomer.get("/nowhere").status_code == 404
    assert newcomer.get("/static/none").status_code == 404


def test_a_user_without_a_second_factor_can_log_out(newcomer: Browser) -> None:
    assert newcomer.logout().location == "/"
    assert not newcomer.is_signed_in()


def test_nothing_is_changed_on_the_way(required: Flask, newcomer: Browser) -> None:
    form = {"name": "Mallory", "language": "en"}
    assert newcomer.post("/account/", data=form).location == PAGE
    assert rows(required, "SELECT name FROM users") == [{"name": "Ana"}]
