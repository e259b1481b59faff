"""A part can add steps between the right password and the session."""

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue

from my_flask_app.auth.parts import LoginAttempt
from my_flask_app.core.environ import Rate
from my_flask_app.models import User

from ...auth.test_login_steps import add_riddle
from ...conftest import MakeApp
from ...support.accounts import add_user, handles
from ...support.http import Browser
from ...support.mail import letters
from ...support.parts import add_part
from ...support.sql import rows

BOB = "bob@example.com"


@pytest.fixture
def asking(configure: MakeApp, user: str) -> Flask:
    return configure(add_riddle)


def test_an_unfinished_login_opens_nothing(asking: Flask) -> None:
    client = Browser(asking)
    answer = client.login(next="/account/")
    assert (answer.status_code, answer.location) == (303, "/test-riddle")
    assert not client.is_signed_in()
    assert client.get("/auth/login").status_code == 200
    assert handles(asking) == []
    assert rows(asking, "SELECT kind FROM events") == []


def test_a_user_without_a_further_step_is_signed_in_at_once(asking: Flask) -> None:
    with asking.app_context():
        add_user(BOB)
    client = Browser(asking)
    assert client.login(BOB).location == "/"
    assert client.is_signed_in()


def test_every_step_is_asked_in_turn_until_one_answers(make_app: MakeApp, user: str) -> None:
    asked: list[str] = []
    app = make_app()

    def pass_by(user: User, attempt: LoginAttempt) -> None:
        asked.append("pass by")

    def stop(user: User, attempt: LoginAttempt) -> ResponseReturnValue:
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


def test_no_notice_is_sent_and_no_count_reset_before_the_last_step(
    make_app: MakeApp, user: str
) -> None:
    Browser(make_app()).login()
    app = add_riddle(make_app(login_attempts_per_account=Rate(3, 900)))
    client = Browser(app)
    client.environ_base["HTTP_USER_AGENT"] = "curl/8.5.0"
    # The first login was counted too: the account did not know either browser.
    assert [client.login().status_code for _ in range(3)] == [303, 303, 429]
    assert letters(app) == []
    client.post("/test-riddle")
    assert len(letters(app)) == 1
    assert client.login().status_code == 303
    assert Browser(app).login().status_code == 429
