"""A request that tells by other means who makes it uses no cookie, and gets no more for it."""

import pytest
from flask import Flask, request, session
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.account import add_part
from {{ cookiecutter.project_slug }}.auth import accounts, guards
from {{ cookiecutter.project_slug }}.auth.parts import Part
from {{ cookiecutter.project_slug }}.core.db import db
from {{ cookiecutter.project_slug }}.core.web.request import Loader
from {{ cookiecutter.project_slug }}.models import User

from ..conftest import MakeApp
from ..support.accounts import add_user
from ..support.http import EMAIL, Browser, set_cookies
from ..support.sql import run_sql, selects, statements

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
