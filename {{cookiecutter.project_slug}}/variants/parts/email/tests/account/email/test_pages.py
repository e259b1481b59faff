"""The pages do not reveal who has an account, and are in the user's language."""

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.core.db import now

from ...support.accounts import add_user, change_user
from ...support.http import EMAIL, Browser, set_cookies
from ...support.mail import letters, link_in
from ...support.sql import everything_stored, statements
from .changing import BOB, START

NOBODY = "nobody@example.com"
DISABLED = "off@example.com"


@pytest.fixture(autouse=True)
def accounts(app: Flask, user: str) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
        add_user(DISABLED, name="Off")
        change_user(DISABLED, disabled_at=now())


def ask(client: Browser, email: str) -> tuple[int, str, list[str], list[str]]:
    """Return what an attacker can see, status, text and cookies, and the work done."""
    client.post(START, data={"email": email})
    with statements(client.application) as run:
        answer = client.post(START, data={"email": email})
    lines = [cookie.line for cookie in set_cookies(answer)]
    return answer.status_code, answer.text.replace(email, "ADDRESS"), lines, run


def test_every_address_gets_the_same_answer_by_the_same_work(app: Flask) -> None:
    client = Browser(app)
    client.login()
    free, *others = (ask(client, email) for email in (NOBODY, BOB, DISABLED, EMAIL))
    assert free[3]
    assert all(other == free for other in others)


@pytest.mark.parametrize("email", [BOB, DISABLED, EMAIL])
def test_the_owner_of_a_taken_address_is_told_by_mail(app: Flask, email: str) -> None:
    client = Browser(app)
    client.login()
    client.post(START, data={"email": email})
    (letter,) = letters(app)
    assert letter["To"] == email
    assert "already" in letter["Subject"]
    assert link_in(letter) == "/auth/login"
    assert b"email_change" not in everything_stored(app)
