"""REQUIRE_SECOND_FACTOR: every user has to set up a second factor, if a part offers one."""

from flask import Flask

from ...auth import test_login_steps
from ...auth.test_login_steps import BOB, PAGE
from ...conftest import MakeApp
from ...support.http import EMAIL, ORIGIN, Browser

strict, bob = test_login_steps.strict, test_login_steps.bob
SET_UP = "Please set up two-factor authentication first."
HTMX = {"HX-Request": "true", "Sec-Fetch-Mode": "cors", "Referer": f"{ORIGIN}/notes"}


def test_a_user_who_must_set_up_a_factor_can_log_out(bob: Browser) -> None:
    assert bob.logout().location == "/"
    assert not bob.is_signed_in()


def test_visitors_and_users_with_a_second_factor_are_not_redirected(strict: Flask) -> None:
    ana, visitor = Browser(strict), Browser(strict)
    ana.login(EMAIL)
    assert ana.get("/account/").status_code == 200
    for path in ("/", "/auth/login", "/auth/reset"):
        assert visitor.get(path).status_code == 200


def test_a_script_gets_json_and_htmx_opens_the_full_page(bob: Browser) -> None:
    refused = bob.get("/account/", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json) == (403, {"error": SET_UP, "location": PAGE})
    refused = bob.get("/account/", headers=HTMX)
    assert (refused.status_code, refused.json) == (403, {"error": SET_UP, "location": PAGE})
    assert refused.headers["HX-Redirect"] == PAGE


def test_without_the_setting_no_second_factor_is_required(strict: Flask, make_app: MakeApp) -> None:
    browser = Browser(make_app())
    browser.login(BOB)
    assert browser.is_signed_in()
