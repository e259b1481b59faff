"""The pages do not reveal who has an account, not even by their timing."""

import pytest
from flask import Flask
from sqlalchemy import update

from my_flask_app.core import mail
from my_flask_app.core.db import now, write_unless_busy
from my_flask_app.models import User

from ...support.accounts import add_user, change_user
from ...support.http import EMAIL, Browser
from ...support.sql import everything_stored, meanwhile

NOBODY = "nobody@example.com"
DISABLED = "off@example.com"


@pytest.fixture(autouse=True)
def accounts(app: Flask, user: str) -> None:
    with app.app_context():
        add_user(DISABLED)
        change_user(DISABLED, disabled_at=now())


@pytest.mark.parametrize(
    ("path", "email"),
    [("/auth/register", EMAIL), ("/auth/register", NOBODY), ("/auth/reset", EMAIL)],
)
def test_no_database_lock_is_held_while_a_mail_is_sent(
    app: Flask, monkeypatch: pytest.MonkeyPatch, path: str, email: str
) -> None:
    written: list[bool] = []

    def write() -> bool:
        with app.app_context():
            return write_unless_busy(update(User).values(name=User.name))

    monkeypatch.setattr(mail, "post", lambda message: written.append(meanwhile(write)))
    Browser(app).post(path, data={"email": email})
    with app.app_context():
        mail.deliver()
    assert written == [True]


def test_a_failed_login_is_recorded_without_the_typed_address(app: Flask) -> None:
    Browser(app).login(NOBODY)
    assert NOBODY.encode() not in everything_stored(app)
