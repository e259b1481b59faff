"""A request that tells by other means who makes it uses no cookie, and gets no more for it."""

import pytest
from flask import Flask, request, session
from werkzeug.test import TestResponse

from my_flask_app.account import add_part
from my_flask_app.auth import accounts, guards
from my_flask_app.auth.parts import Part
from my_flask_app.core.db import db
from my_flask_app.core.web.request import Loader
from my_flask_app.models import User

from ...conftest import MakeApp
from ...support.accounts import add_user
from ...support.http import EMAIL, Browser

BOB = "bob@example.com"
BY_PROXY, BY_PROGRAM = "X-Proxy-User", "X-Program-User"


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


def test_the_cross_origin_check_is_off_only_for_what_no_browser_sends(bob: Browser) -> None:
    def forge(header: str, **more: str) -> int:
        site = {"Sec-Fetch-Site": "cross-site"}
        return use(bob, header, BOB, "POST", **site).status_code

    assert [forge(BY_PROXY), forge(BY_PROGRAM), forge("X-Other")] == [403, 200, 403], (
        "Other sites make browsers send what is ambient: keep `ambient` for these means."
    )


def test_the_check_and_the_guard_go_by_the_same_means(make_app: MakeApp, bob: Browser) -> None:
    answers = iter([True])
    fickle = Loader(lambda: next(answers, False), lambda: None, ambient=False)
    app = make_app(lambda app: add_part(app, Part(order=0, loader=fickle)))
    browser = Browser(app)
    browser.keep(bob.cookies())
    forged = {"Sec-Fetch-Site": "cross-site"}
    changed = browser.post("/account/", data={"name": "Eve"}, headers=forged)
    assert changed.status_code == 401
    assert bob.name() == "Bob"
