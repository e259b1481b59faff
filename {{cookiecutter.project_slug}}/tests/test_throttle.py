"""Guessing is slowed down: for each account, and for each address it comes from."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from time_machine import TimeMachineFixture
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.auth import accounts
from {{ cookiecutter.project_slug }}.core import throttle
from {{ cookiecutter.project_slug }}.core.environ import Rate

from .browser import EMAIL, PASSWORD, Browser
from .conftest import MakeApp
from .inside import rows
from .letters import ask_for_link
from .people import add_user

NOBODY = "nobody@example.com"
WRONG = "not the password at all"
MANY = Rate(100_000, 900)


def attempt(
    app: Flask, email: str = EMAIL, password: str = WRONG, *, address: str = "10.0.0.1"
) -> TestResponse:
    """Try to log in with a fresh browser from an address."""
    browser = Browser(app)
    browser.environ_base["REMOTE_ADDR"] = address
    return browser.login(email, password)


def statuses(app: Flask, email: str, times: int) -> list[int]:
    return [attempt(app, email).status_code for _ in range(times)]


def counts(app: Flask) -> list[int]:
    found = rows(app, "SELECT count FROM throttles ORDER BY count")
    return [int(row["count"]) for row in found]


@pytest.mark.parametrize("email", [EMAIL, NOBODY])
def test_an_account_takes_so_many_failures_whether_it_exists_or_not(
    configure: MakeApp, user: str, email: str
) -> None:
    app = configure(login_attempts_per_account=Rate(3, 900))
    assert statuses(app, email, 5) == [422, 422, 422, 429, 429]


def test_a_refusal_says_when_to_come_back(configure: MakeApp, user: str) -> None:
    app = configure(login_attempts_per_account=Rate(1, 150))
    attempt(app)
    refused = attempt(app)
    assert refused.status_code == 429
    assert 145 <= int(refused.headers["Retry-After"]) <= 150
    assert "3 minutes" in refused.text


def test_while_throttled_the_right_password_is_refused_as_well(
    configure: MakeApp, user: str
) -> None:
    # Otherwise guessing could go on, and only the right guess would tell.
    app = configure(login_attempts_per_account=Rate(2, 900))
    statuses(app, EMAIL, 3)
    answers = [attempt(app, password=word) for word in (PASSWORD, WRONG)]
    assert [answer.status_code for answer in answers] == [429, 429]
    assert answers[0].text == answers[1].text
    assert attempt(app, EMAIL.upper(), PASSWORD).status_code == 429


def test_the_window_ends(configure: MakeApp, user: str, clock: TimeMachineFixture) -> None:
    app = configure(login_attempts_per_account=Rate(1, 900))
    assert statuses(app, EMAIL, 2) == [422, 429]
    clock.shift(899)
    # To go on trying neither lengthens nor shortens the wait.
    assert statuses(app, EMAIL, 1) == [429]
    clock.shift(1)
    assert statuses(app, EMAIL, 2) == [422, 429]


def test_one_account_does_not_pay_for_another(app: Flask, configure: MakeApp, user: str) -> None:
    with app.app_context():
        add_user("bob@example.com")
    throttled = configure(login_attempts_per_account=Rate(1, 900))
    assert statuses(throttled, EMAIL, 2) == [422, 429]
    assert attempt(throttled, "bob@example.com", PASSWORD).status_code == 303


def test_an_address_takes_so_many_failures_over_all_accounts(configure: MakeApp, user: str) -> None:
    app = configure(login_attempts_per_address=Rate(3, 900))
    for number in range(3):
        assert attempt(app, f"user{number}@example.com").status_code == 422
    assert attempt(app, password=PASSWORD).status_code == 429
    assert attempt(app, password=PASSWORD, address="10.0.0.2").status_code == 303


def test_a_throttled_address_locks_nobody_out(configure: MakeApp, user: str) -> None:
    app = configure(
        login_attempts_per_address=Rate(2, 900), login_attempts_per_account=Rate(4, 900)
    )
    assert statuses(app, EMAIL, 6) == [422, 422, 429, 429, 429, 429]
    assert attempt(app, password=PASSWORD, address="10.0.0.2").status_code == 303


def test_success_does_not_forgive_the_address(configure: MakeApp, user: str) -> None:
    # Else an account of one's own would pay for guessing at those of others.
    app = configure(login_attempts_per_address=Rate(3, 900))
    for email, password in ((NOBODY, WRONG), (EMAIL, PASSWORD), (NOBODY, WRONG)):
        assert attempt(app, email, password).status_code != 429
    assert attempt(app, NOBODY).status_code == 429


@pytest.mark.parametrize("start", ["/auth/register", "/auth/reset"])
def test_passwords_chosen_by_mailed_link_count_as_logins_do(
    configure: MakeApp, user: str, start: str
) -> None:
    # To judge them takes as long, and a link may be tried again and again.
    app = configure(login_attempts_per_address=Rate(3, 900))
    browser = Browser(app)
    browser.get(ask_for_link(browser, start, EMAIL if start == "/auth/reset" else NOBODY))
    form = {"name": "Bob", "password": "easy to guess"}
    found = [browser.post(f"{start}/finish", data=form).status_code for _ in range(4)]
    assert found == [422, 422, 422, 429]


def test_a_network_of_ipv6_counts_as_one_address(configure: MakeApp) -> None:
    app = configure(login_attempts_per_address=Rate(2, 900))
    addresses = ["2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:1::3"]
    found = [attempt(app, NOBODY, address=one).status_code for one in addresses]
    assert found == [422, 422, 429]
    assert attempt(app, NOBODY, address="2001:db8:0:2::1").status_code == 422


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::1", "::"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_what_counts_as_one_address(address: str, network: str) -> None:
    assert throttle.network(address) == network


def test_failures_at_the_same_time_are_all_counted(configure: MakeApp, user: str) -> None:
    app = configure(login_attempts_per_account=MANY, login_attempts_per_address=MANY)
    with ThreadPoolExecutor(max_workers=4) as threads:
        found = list(threads.map(lambda _: statuses(app, EMAIL, 20), range(4)))
    assert found == [[422] * 20] * 4
    # The account's counter and the address's.
    assert counts(app) == [80, 80]
    failed = rows(app, "SELECT id FROM events WHERE kind = 'login_failed'")
    assert len(failed) == 80


def test_an_attempt_counts_though_its_request_fails(
    app: Flask, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(email: str, password: str) -> None:
        raise RuntimeError("the view failed")

    monkeypatch.setattr(accounts, "authenticate", fail)
    with pytest.raises(RuntimeError):
        attempt(app)
    assert counts(app) == [1, 1]


@pytest.mark.parametrize("path", ["/auth/register", "/auth/reset"])
def test_mails_asked_for_from_one_address_are_limited(
    configure: MakeApp, user: str, path: str
) -> None:
    """Those to one recipient never show it: see test_mail_pauses.py."""
    client = Browser(configure(mails_per_address=Rate(5, 3600)))
    client.login()
    asked = [NOBODY, NOBODY, NOBODY, "bob@example.com", "c@example.com", "d@example.com"]
    found = [client.post(path, data={"email": email}).status_code for email in asked]
    assert found == [200, 200, 200, 200, 200, 429]
    assert rows(client.application, "SELECT * FROM outbox WHERE recipient = 'd@example.com'") == []
