"""Sensitive views ask for the password again after ten minutes."""

from collections.abc import Callable

import pytest
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue
from time_machine import TimeMachineFixture
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.auth import accounts
from {{ cookiecutter.project_slug }}.auth.confirm import check_current_password
from {{ cookiecutter.project_slug }}.auth.forms import ConfirmForm
from {{ cookiecutter.project_slug }}.auth.guards import recent_login_required
from {{ cookiecutter.project_slug }}.core.db import db
from {{ cookiecutter.project_slug }}.core.environ import Rate

from ..conftest import MakeApp
from ..support.accounts import NEW_PASSWORD, change_password, change_user, copy_of
from ..support.http import EMAIL, PASSWORD, Browser, set_cookies
from ..support.parts import RIGHT, add_word
from ..support.sql import rows

CONFIRM = "/auth/confirm"
WRONG = "not the password at all"
JSON = {"Accept": "application/json"}
TEN_MINUTES = 600
REFERERS = [
    None,
    "",
    "about:blank",
    "/test-vault",
    "//evil.example/vault",
    "https://evil.example/vault",
    "https://app.example.evil.example/vault",
    "https://app.example@evil.example/vault",
    "https://app.example",
    "https://[app.example/vault",
    "http://app.example/vault",
]

# As `configure`, with a vault in each app.
BuildVault = Callable[..., Flask]


def add_vault(app: Flask) -> None:
    """Add two sensitive views."""

    @app.get("/test-vault")
    @recent_login_required
    def vault() -> str:
        return "gold"

    @app.post("/test-vault/take")
    @recent_login_required
    def take() -> ResponseReturnValue:
        app.config["TAKEN"].append(request.form["what"])
        return redirect("/test-vault", 303)


@pytest.fixture
def build(configure: MakeApp) -> BuildVault:
    """Return a function that makes apps with a vault."""

    def make(**changes: object) -> Flask:
        app = configure(add_vault, **changes)
        app.config["TAKEN"] = []
        return app

    return make


@pytest.fixture
def site(build: BuildVault, user: str) -> Browser:
    """Return a browser that has just logged in to an app with a vault."""
    browser = Browser(build())
    browser.login()
    return browser


def confirm(browser: Browser, password: str = PASSWORD, **more: str) -> TestResponse:
    return browser.post(CONFIRM, data={"password": password, **more})


def asks(response: TestResponse) -> bool:
    """Tell whether the response redirects to the page that asks for the password."""
    return response.status_code == 303 and response.location.partition("?")[0] == CONFIRM


def kinds(app: Flask) -> list[object]:
    return [row["kind"] for row in rows(app, "SELECT kind FROM events ORDER BY id")]


def test_a_login_counts_as_a_recent_proof_for_ten_minutes(
    site: Browser, clock: TimeMachineFixture
) -> None:
    site.login()
    for _ in range(2):
        clock.shift(TEN_MINUTES / 2 - 1)
        assert site.get("/test-vault").text == "gold"
    # Using the session does not extend the time.
    clock.shift(2)
    assert asks(site.get("/test-vault"))
    assert site.is_signed_in()


def test_a_user_who_confirms_returns_to_the_page_that_asked(
    site: Browser, clock: TimeMachineFixture
) -> None:
    clock.shift(TEN_MINUTES)
    asked = site.get("/test-vault?shelf=2&box=3")
    assert asked.location == f"{CONFIRM}?next=/test-vault?shelf%3D2%26box%3D3"
    page = site.get(asked.location)
    assert page.status_code == 200
    assert 'value="/test-vault?shelf=2&amp;box=3"' in page.text
    answer = confirm(site, next="/test-vault?shelf=2&box=3")
    assert (answer.status_code, answer.location) == (303, "/test-vault?shelf=2&box=3")
    assert site.get(answer.location).text == "gold"
    assert "confirmed" in kinds(site.application)


def test_confirming_after_a_post_never_leads_to_another_site(
    site: Browser, clock: TimeMachineFixture
) -> None:
    for page in REFERERS:
        clock.shift(TEN_MINUTES)
        headers = {} if page is None else {"Referer": page}
        assert site.post("/test-vault/take", headers=headers).location == CONFIRM, page
        assert confirm(site).location == site.home, page


@pytest.mark.parametrize("login", [{}, {"remember": "y"}])
def test_confirming_the_password_rotates_the_session_token(
    site: Browser, login: dict[str, str]
) -> None:
    site.login(**login)
    stolen = copy_of(site)
    (cookie,) = set_cookies(confirm(site))
    # A remembered session stays remembered; another one does not become so.
    assert bool(cookie.attributes.get("max-age")) == bool(login)
    assert site.is_signed_in()
    assert not stolen.is_signed_in()
    assert not asks(stolen.get("/test-vault"))


def test_wrong_passwords_at_confirmation_are_counted_apart_from_logins(
    build: BuildVault, user: str
) -> None:
    app = build(login_attempts_per_account=Rate(3, 900))
    site = Browser(app)
    site.login()
    assert [confirm(site, WRONG).status_code for _ in range(4)] == [422, 422, 422, 429]
    assert confirm(site).status_code == 429
    assert kinds(app) == ["login", *["confirm_failed"] * 3]
    # A login does not reset this count: a thief at an open session would get more guesses.
    assert Browser(app).login().status_code == 303
    assert confirm(site).status_code == 429


def test_failed_logins_of_strangers_do_not_throttle_a_signed_in_user(
    build: BuildVault, user: str
) -> None:
    app = build(login_attempts_per_account=Rate(2, 900))
    site = Browser(app)
    site.login()
    assert [Browser(app).login(password=WRONG).status_code for _ in range(2)] == [422, 429]
    assert confirm(site).status_code == 303
    assert change_password(site) == 303


def test_a_visitor_is_sent_to_login_before_confirmation(build: BuildVault) -> None:
    visitor = Browser(build())
    assert visitor.get("/test-vault").location == "/auth/login?next=/test-vault"
    assert visitor.get("/test-vault", headers=JSON).status_code == 401
    assert visitor.get(CONFIRM).location == f"/auth/login?next={CONFIRM}"
    assert visitor.post(CONFIRM, data={"password": PASSWORD}).location == "/auth/login"


@pytest.fixture
def ana(configure: MakeApp, user: str) -> Browser:
    """Return a browser in which Ana is signed in."""
    browser = Browser(configure(add_word))
    browser.login()
    return browser


def name(browser: Browser) -> object:
    (row,) = rows(browser.application, "SELECT name FROM users WHERE email = :email", email=EMAIL)
    return row["name"]


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"password": PASSWORD}, "word"),
        ({"password": PASSWORD, "word": "honey"}, "word"),
        ({"password": WRONG, "word": "marmalade"}, "password"),
        ({"word": "marmalade"}, "password"),
    ],
)
def test_one_factor_alone_confirms_nothing_and_uses_nothing_up(
    ana: Browser, clock: TimeMachineFixture, form: dict[str, str], wrong: str
) -> None:
    clock.shift(TEN_MINUTES)
    refused = ana.post(CONFIRM, data=form)
    assert refused.status_code == 422
    assert f'id="{wrong}-error"' in refused.text
    assert name(ana) == "Ana"
    assert ana.get("/account/password").location.startswith(CONFIRM)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_password_change_requires_a_recent_second_factor(
    ana: Browser, clock: TimeMachineFixture, method: str
) -> None:
    form = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    clock.shift(TEN_MINUTES)
    asked = ana.open("/account/password", method=method, data=form)
    assert asked.location.startswith(CONFIRM)
    assert Browser(ana.application).login().status_code == 303
    ana.post(CONFIRM, data=RIGHT)
    assert ana.get("/account/password").status_code == 200
    assert change_password(ana) == 303
    ana.logout()
    assert ana.login(password=NEW_PASSWORD).status_code == 303


def test_the_password_alone_puts_off_no_question_for_a_second_factor(
    ana: Browser, clock: TimeMachineFixture
) -> None:
    ana.post(CONFIRM, data=RIGHT)
    clock.shift(TEN_MINUTES - 1)
    assert change_password(ana) == 303
    assert Browser(ana.application).login(password=NEW_PASSWORD).status_code == 303
    clock.shift(1)
    assert ana.get("/account/password").location.startswith(CONFIRM)


def test_a_form_proves_nothing_unless_it_asks_for_what_the_account_has(
    app: Flask, user: str
) -> None:
    """A view of yours may show the wrong form: it must not pass for a proof."""
    form = ConfirmForm(data={"password": PASSWORD})
    with app.test_request_context("/", method="POST"):
        ana = accounts.find(user)
        assert ana
        db.session.commit()
        assert not check_current_password(ana, None)
        assert check_current_password(ana, form.password)
        change_user(user, password_hash=None)
        assert not check_current_password(ana, form.password)
        assert check_current_password(ana, None)
