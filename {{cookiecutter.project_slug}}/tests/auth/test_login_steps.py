"""A part can add steps between the right password and the session."""

from dataclasses import asdict

import pytest
from flask import Flask, redirect, session
from flask.typing import ResponseReturnValue

from {{ cookiecutter.project_slug }}.auth import accounts, login_steps
from {{ cookiecutter.project_slug }}.auth.guards import login_not_required
from {{ cookiecutter.project_slug }}.auth.parts import LoginAttempt
from {{ cookiecutter.project_slug }}.models import User

from ..conftest import MakeApp
from ..support.accounts import handles
from ..support.http import EMAIL, Browser, session_cookies
from ..support.parts import add_part, word


def add_riddle(app: Flask) -> Flask:
    """Add a step for Ana alone; any answer is right."""

    def riddle(user: User, attempt: LoginAttempt) -> ResponseReturnValue | None:
        if user.email != EMAIL:
            return None
        session["half way"] = [user.email, asdict(attempt)]
        return redirect("/riddle", 303)

    @app.post("/riddle")
    @login_not_required
    def answer() -> ResponseReturnValue:
        email, kept = session["half way"]
        user = accounts.find(email)
        assert user is not None
        return login_steps.complete_login(user, LoginAttempt(**kept))

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
    done = client.post("/riddle")
    assert done.location == ("/account/?a=1" if target == "/account/?a=1" else "/")
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


def test_an_account_disabled_between_steps_is_not_signed_in(asking: Flask) -> None:
    client = Browser(asking)
    client.login()
    run = asking.test_cli_runner()
    run.invoke(args=["user", "disable", EMAIL])
    assert client.post("/riddle").location == "/auth/login"
    assert not client.is_signed_in()
    run.invoke(args=["user", "enable", EMAIL])
    assert not client.is_signed_in()
    assert handles(asking) == []
