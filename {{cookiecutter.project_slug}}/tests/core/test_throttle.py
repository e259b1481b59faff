"""Failed logins are throttled, for each account and for each IP address."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.core.environ import Rate

from ..conftest import MakeApp
from ..support.http import EMAIL, PASSWORD, Browser
from ..support.mail import ask_for_link
from ..support.sql import rows

NOBODY = "nobody@example.com"
WRONG = "not the password at all"


def attempt(
    app: Flask, email: str = EMAIL, password: str = WRONG, *, address: str = "10.0.0.1"
) -> TestResponse:
    """Try to log in with a new browser from an IP address."""
    browser = Browser(app)
    browser.environ_base["REMOTE_ADDR"] = address
    return browser.login(email, password)


def statuses(app: Flask, email: str, times: int) -> list[int]:
    return [attempt(app, email).status_code for _ in range(times)]


@pytest.mark.parametrize("email", [EMAIL, NOBODY])
def test_failed_logins_are_limited_for_known_and_unknown_accounts(
    configure: MakeApp, user: str, email: str
) -> None:
    app = configure(login_attempts_per_account=Rate(3, 900))
    assert statuses(app, email, 5) == [422, 422, 422, 429, 429]


def test_a_throttled_login_says_when_to_try_again(configure: MakeApp, user: str) -> None:
    app = configure(login_attempts_per_account=Rate(1, 150))
    attempt(app)
    refused = attempt(app)
    assert refused.status_code == 429
    assert 145 <= int(refused.headers["Retry-After"]) <= 150
    assert "3 minutes" in refused.text


def test_a_throttled_login_refuses_even_the_right_password(configure: MakeApp, user: str) -> None:
    # Otherwise an attacker could keep guessing, and only the right guess would succeed.
    app = configure(login_attempts_per_account=Rate(2, 900))
    statuses(app, EMAIL, 3)
    answers = [attempt(app, password=word) for word in (PASSWORD, WRONG)]
    assert [answer.status_code for answer in answers] == [429, 429]
    assert answers[0].text == answers[1].text
    assert attempt(app, EMAIL.upper(), PASSWORD).status_code == 429


@pytest.mark.parametrize("start", ["/auth/register", "/auth/reset"])
def test_passwords_set_by_mailed_link_are_throttled_like_logins(
    configure: MakeApp, user: str, start: str
) -> None:
    # Rating a password takes as long as a login, and a link can be tried many times.
    app = configure(login_attempts_per_address=Rate(3, 900))
    browser = Browser(app)
    browser.get(ask_for_link(browser, start, EMAIL if start == "/auth/reset" else NOBODY))
    form = {"name": "Bob", "password": "easy to guess"}
    found = [browser.post(f"{start}/finish", data=form).status_code for _ in range(4)]
    assert found == [422, 422, 422, 429]


@pytest.mark.parametrize("path", ["/auth/register", "/auth/reset"])
def test_mail_requests_are_limited_for_each_ip_address(
    configure: MakeApp, user: str, path: str
) -> None:
    """The limit for each recipient is never shown."""
    client = Browser(configure(mails_per_address=Rate(5, 3600)))
    client.login()
    asked = [NOBODY, NOBODY, NOBODY, "bob@example.com", "c@example.com", "d@example.com"]
    found = [client.post(path, data={"email": email}).status_code for email in asked]
    assert found == [200, 200, 200, 200, 200, 429]
    assert rows(client.application, "SELECT * FROM outbox WHERE recipient = 'd@example.com'") == []
