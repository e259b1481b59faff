"""The pages do not reveal who has an account, not even by their timing."""

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.core.db import now

from ..support.accounts import add_user, change_user
from ..support.http import EMAIL, PASSWORD, Browser, set_cookies
from ..support.sql import statements

NOBODY = "nobody@example.com"
DISABLED = "off@example.com"


@pytest.fixture(autouse=True)
def accounts(app: Flask, user: str) -> None:
    with app.app_context():
        add_user(DISABLED)
        change_user(DISABLED, disabled_at=now())


def ask(app: Flask, path: str, email: str) -> tuple[int, str, list[str], list[str]]:
    """Return what an attacker can see, status, text and cookies, and the work done."""
    # The first request fills the caches for the later ones.
    data = {"email": email, "password": f"not {PASSWORD}"}
    Browser(app).post(path, data=data)
    browser = Browser(app)
    with statements(app) as run:
        answer = browser.post(path, data=data)
    lines = [cookie.line for cookie in set_cookies(answer)]
    return answer.status_code, answer.text.replace(email, "ADDRESS"), lines, run


@pytest.mark.parametrize("path", ["/auth/register", "/auth/reset", "/auth/login"])
def test_an_unknown_address_gets_the_same_answer_by_the_same_work(app: Flask, path: str) -> None:
    answers = [ask(app, path, email) for email in (EMAIL, NOBODY, DISABLED)]
    assert answers[0] == answers[1]
    assert answers[0] == answers[2]
    assert answers[0][3]


@pytest.mark.parametrize("path", ["/auth/register", "/auth/reset"])
def test_a_request_queues_its_mail_without_reading_the_account(app: Flask, path: str) -> None:
    with statements(app) as run:
        Browser(app).post(path, data={"email": EMAIL})
    assert any("INSERT INTO outbox" in statement for statement in run)
    assert not any(table in statement for statement in run for table in ("users", "links"))
