"""Failed logins are throttled, for each account and for each IP address."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.auth import accounts
from my_flask_app.core import throttle
from my_flask_app.core.environ import Rate

from ...conftest import MakeApp
from ...core.test_throttle import attempt
from ...support.accounts import add_user
from ...support.http import EMAIL, PASSWORD
from ...support.sql import rows

NOBODY = "nobody@example.com"
WRONG = "not the password at all"
MANY = Rate(100_000, 900)


def statuses(app: Flask, email: str, times: int) -> list[int]:
    return [attempt(app, email).status_code for _ in range(times)]


def counts(app: Flask) -> list[int]:
    found = rows(app, "SELECT count FROM throttles ORDER BY count")
    return [int(row["count"]) for row in found]


def test_the_window_ends(configure: MakeApp, user: str, clock: TimeMachineFixture) -> None:
    app = configure(login_attempts_per_account=Rate(1, 900))
    assert statuses(app, EMAIL, 2) == [422, 429]
    clock.shift(899)
    # Further attempts neither lengthen nor shorten the wait.
    assert statuses(app, EMAIL, 1) == [429]
    clock.shift(1)
    assert statuses(app, EMAIL, 2) == [422, 429]


def test_failures_of_one_account_do_not_throttle_another(
    app: Flask, configure: MakeApp, user: str
) -> None:
    with app.app_context():
        add_user("bob@example.com")
    throttled = configure(login_attempts_per_account=Rate(1, 900))
    assert statuses(throttled, EMAIL, 2) == [422, 429]
    assert attempt(throttled, "bob@example.com", PASSWORD).status_code == 303


def test_failures_from_one_ip_are_limited_over_all_accounts(configure: MakeApp, user: str) -> None:
    app = configure(login_attempts_per_address=Rate(3, 900))
    for number in range(3):
        assert attempt(app, f"user{number}@example.com").status_code == 422
    assert attempt(app, password=PASSWORD).status_code == 429
    assert attempt(app, password=PASSWORD, address="10.0.0.2").status_code == 303


def test_a_throttled_ip_does_not_lock_the_account(configure: MakeApp, user: str) -> None:
    app = configure(
        login_attempts_per_address=Rate(2, 900), login_attempts_per_account=Rate(4, 900)
    )
    assert statuses(app, EMAIL, 6) == [422, 422, 429, 429, 429, 429]
    assert attempt(app, password=PASSWORD, address="10.0.0.2").status_code == 303


def test_a_successful_login_does_not_reset_the_count_of_the_ip(
    configure: MakeApp, user: str
) -> None:
    # Otherwise logging in to an own account would reset the count while guessing at others.
    app = configure(login_attempts_per_address=Rate(3, 900))
    for email, password in ((NOBODY, WRONG), (EMAIL, PASSWORD), (NOBODY, WRONG)):
        assert attempt(app, email, password).status_code != 429
    assert attempt(app, NOBODY).status_code == 429


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
