"""Between the right password and the session there may be further steps."""

import pytest
from flask import Flask, redirect, session
from flask.typing import ResponseReturnValue

from {{ cookiecutter.project_slug }}.auth import accounts, login_steps
from {{ cookiecutter.project_slug }}.auth.guards import login_not_required
from {{ cookiecutter.project_slug }}.core.environ import Rate
from {{ cookiecutter.project_slug }}.models import User

from .acting import handles
from .browser import EMAIL, Browser
from .conftest import MakeApp
from .factoring import add_part
from .inside import rows
from .letters import letters
from .people import add_user
from .set_cookies import session_cookies

BOB = "bob@example.com"


def add_riddle(app: Flask) -> Flask:
    """Ask Ana, and nobody else, one thing more; any answer at all is right."""

    def riddle(user: User, remember: bool, target: str) -> ResponseReturnValue | None:
        if user.email != EMAIL:
            return None
        session["half way"] = [user.email, remember, target]
        return redirect("/riddle", 303)

    @app.post("/riddle")
    @login_not_required
    def answer() -> ResponseReturnValue:
        email, remember, target = session["half way"]
        user = accounts.find(email)
        assert user is not None
        return login_steps.complete_login(user, remember=remember, target=target)

    return add_part(app, login_step=riddle)


@pytest.fixture
def asking(make_app: MakeApp, user: str) -> Flask:
    return add_riddle(make_app())


def test_half_way_opens_nothing(asking: Flask) -> None:
    client = Browser(asking)
    answer = client.login(next="/account/")
    assert (answer.status_code, answer.location) == (303, "/riddle")
    assert not client.is_signed_in()
    assert client.get("/auth/login").status_code == 200
    assert handles(asking) == []
    assert rows(asking, "SELECT kind FROM events") == []


@pytest.mark.parametrize("login", [{}, {"remember": "y"}])
@pytest.mark.parametrize("target", ["", "/account/?a=1", "//evil.example"])
def test_the_last_step_signs_in_as_the_first_one_was_asked_to(
    asking: Flask, login: dict[str, str], target: str
) -> None:
    client = Browser(asking)
    client.login(next=target, **login)
    done = client.post("/riddle")
    assert done.location == ("/account/?a=1" if target == "/account/?a=1" else "/")
    ages = [one.attributes.get("max-age") for one in session_cookies(done) if not one.deletes]
    assert any(ages) == bool(login)
    assert client.is_signed_in()
    # What was kept half way is gone.
    with client.session_transaction() as kept:
        assert "half way" not in kept


def test_who_has_nothing_to_answer_is_signed_in_at_once(asking: Flask) -> None:
    with asking.app_context():
        add_user(BOB)
    client = Browser(asking)
    assert client.login(BOB).location == "/"
    assert client.is_signed_in()


def test_every_step_is_asked_in_turn_until_one_answers(make_app: MakeApp, user: str) -> None:
    asked: list[str] = []
    app = make_app()

    def pass_by(user: User, remember: bool, target: str) -> None:
        asked.append("pass by")

    def stop(user: User, remember: bool, target: str) -> ResponseReturnValue:
        asked.append("stop")
        return "stop"

    for step in (pass_by, None, stop, pass_by):
        add_part(app, login_step=step)
    client = Browser(app)
    assert client.login().text == "stop"
    assert asked == ["pass by", "stop"]
    assert not client.is_signed_in()


def test_a_wrong_password_reaches_no_step(asking: Flask) -> None:
    assert Browser(asking).login(password="not the password at all").status_code == 422


def test_nothing_is_told_or_forgiven_before_the_last_step(make_app: MakeApp, user: str) -> None:
    Browser(make_app()).login()
    app = add_riddle(make_app(login_attempts_per_account=Rate(3, 900)))
    client = Browser(app)
    client.environ_base["HTTP_USER_AGENT"] = "curl/8.5.0"
    # The first login was counted too: the account knew neither browser.
    assert [client.login().status_code for _ in range(3)] == [303, 303, 429]
    assert letters(app) == []
    client.post("/riddle")
    assert len(letters(app)) == 1
    assert client.login().status_code == 303
    assert Browser(app).login().status_code == 429


def test_who_was_disabled_half_way_is_not_let_in_then_nor_later(asking: Flask) -> None:
    client = Browser(asking)
    client.login()
    run = asking.test_cli_runner()
    run.invoke(args=["user", "disable", EMAIL])
    assert client.post("/riddle").location == "/auth/login"
    assert not client.is_signed_in()
    run.invoke(args=["user", "enable", EMAIL])
    assert not client.is_signed_in()
    assert handles(asking) == []
