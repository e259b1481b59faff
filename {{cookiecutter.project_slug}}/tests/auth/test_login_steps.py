"""A part can add steps between the right password and the session, and be required."""

from dataclasses import asdict

import pytest
from flask import Blueprint, Flask, redirect, session
from flask.typing import ResponseReturnValue

from {{ cookiecutter.project_slug }}.auth import accounts, login_steps
from {{ cookiecutter.project_slug }}.auth.guards import login_not_required
from {{ cookiecutter.project_slug }}.auth.parts import LoginAttempt, Part
from {{ cookiecutter.project_slug }}.core.db import now
from {{ cookiecutter.project_slug }}.core.environ import ConfigError
from {{ cookiecutter.project_slug }}.models import User

from ..conftest import MakeApp
from ..support.accounts import NEW_PASSWORD, add_user, change_user, handles
from ..support.http import EMAIL, Browser, session_cookies
from ..support.mail import ask_for_link
from ..support.parts import add_part, use_parts, word

BOB = "bob@example.com"
PAGE = "/word"


def add_riddle(app: Flask) -> Flask:
    """Add a step for Ana alone; any answer is right."""

    def riddle(user: User, attempt: LoginAttempt) -> ResponseReturnValue | None:
        if user.email != EMAIL:
            return None
        session["half way"] = [user.email, asdict(attempt)]
        return redirect("/test-riddle", 303)

    @app.post("/test-riddle")
    @login_not_required
    def answer() -> ResponseReturnValue:
        email, kept = session["half way"]
        user = accounts.find(email)
        assert user is not None
        return login_steps.begin_login(user, LoginAttempt(**kept))

    return add_part(app, login_step=riddle)


@pytest.fixture
def asking(configure: MakeApp, user: str) -> Flask:
    return configure(add_riddle)


@pytest.mark.parametrize("login", [{}, {"remember": "y"}])
@pytest.mark.parametrize("target", ["", "/account/?a=1", "//evil.example"])
def test_the_last_login_step_keeps_remember_and_next(
    asking: Flask, login: dict[str, str], target: str
) -> None:
    client = Browser(asking)
    client.login(next=target, **login)
    done = client.post("/test-riddle")
    assert done.location == ("/account/?a=1" if target == "/account/?a=1" else client.home)
    ages = [one.attributes.get("max-age") for one in session_cookies(done) if not one.deletes]
    assert any(ages) == bool(login)
    assert client.is_signed_in()
    # The data of the unfinished login is deleted.
    with client.session_transaction() as kept:
        assert "half way" not in kept


def test_a_second_factor_is_asked_before_a_step_of_your_own(make_app: MakeApp, user: str) -> None:
    app = add_riddle(make_app())
    add_part(app, factor=word(), login_step=lambda user, attempt: redirect("/word", 303))
    assert Browser(app).login().location == "/word"


def test_every_step_of_your_own_is_asked(make_app: MakeApp, user: str) -> None:
    app = add_riddle(make_app())
    add_part(app, login_step=lambda user, attempt: redirect("/second", 303))
    client = Browser(app)
    assert client.login().location == "/test-riddle"
    assert client.post("/test-riddle").location == "/second"
    assert not client.is_signed_in()


def test_an_account_disabled_between_steps_is_not_signed_in(asking: Flask) -> None:
    client = Browser(asking)
    client.login()
    with asking.app_context():
        change_user(EMAIL, disabled_at=now())
    assert client.post("/test-riddle").location == "/auth/login"
    with asking.app_context():
        change_user(EMAIL, disabled_at=None)
    assert not client.is_signed_in()
    assert handles(asking) == []


def test_a_password_reset_between_steps_ends_the_login(asking: Flask) -> None:
    """A thief who has the old password may wait for it at the page of a step."""
    thief, owner = Browser(asking), Browser(asking)
    thief.login()
    owner.get(ask_for_link(owner, "/auth/reset", EMAIL))
    owner.post("/auth/reset/finish", data={"password": NEW_PASSWORD})
    assert thief.post("/test-riddle").location == "/auth/login"
    assert not thief.is_signed_in()


def test_a_login_that_waits_for_a_step_ends_the_session_before_it(asking: Flask) -> None:
    with asking.app_context():
        add_user(BOB)
    client = Browser(asking)
    client.login(BOB)
    assert client.login().location == "/test-riddle"
    assert not client.is_signed_in()


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


@pytest.mark.parametrize("part", [None, Part(order=1, menu=("account.profile", "A page"))])
def test_the_app_does_not_start_if_no_part_offers_a_second_factor(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, part: Part | None
) -> None:
    use_parts(monkeypatch, *([part] if part else []))
    with pytest.raises(ConfigError) as refused:
        make_app(require_second_factor=True)
    assert str(refused.value) == (
        "REQUIRE_SECOND_FACTOR is true, but no part of the account offers a second factor: "
        "unset it."
    )
    assert make_app()


def test_a_user_without_a_second_factor_is_sent_to_set_one_up(bob: Browser) -> None:
    for path in ("/account/", "/account/password"):
        for method in ("GET", "POST"):
            refused = bob.open(path, method=method)
            assert (refused.status_code, refused.location) == (303, PAGE), (method, path)
    assert bob.get(bob.home).location == PAGE
    assert bob.get(PAGE).text == "Think of a word."
    assert bob.get("/auth/confirm").status_code == 200
    assert bob.get("/healthz").status_code == 200
    assert bob.delete("/account/").status_code == 405
