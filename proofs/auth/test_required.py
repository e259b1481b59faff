"""REQUIRE_SECOND_FACTOR: every user has to set up a second factor, if a part offers one."""

import pytest
from flask import Blueprint, Flask

from my_flask_app.auth.parts import Part

from ...conftest import MakeApp
from ...support.accounts import add_user
from ...support.http import EMAIL, ORIGIN, Browser
from ...support.parts import use_parts, word

BOB = "bob@example.com"
PAGE = "/word"
SET_UP = "Please set up two-factor authentication first."
HTMX = {"HX-Request": "true", "Sec-Fetch-Mode": "cors", "Referer": f"{ORIGIN}/notes"}


@pytest.fixture
def strict(make_app: MakeApp, user: str, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Return an app in which Ana has a secret word as second factor, and Bob has none yet."""
    pages = Blueprint("word", __name__)
    pages.add_url_rule(PAGE, "set_up", lambda: "Think of a word.")
    more = Part(order=2, menu=("account.profile", "Another page"))
    use_parts(
        monkeypatch,
        Part(order=1, factor=word(), blueprints=[pages], menu=("word.set_up", "Your word")),
        more,
    )
    app = make_app(require_second_factor=True)
    with app.app_context():
        add_user(BOB, name="Bob")
    return app


@pytest.fixture
def bob(strict: Flask) -> Browser:
    browser = Browser(strict)
    browser.login(BOB)
    return browser


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
