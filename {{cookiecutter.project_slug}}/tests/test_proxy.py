"""What a proxy says is believed when one was promised, and never about the host."""

import logging

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.environ import Rate

from .browser import EMAIL, Browser
from .conftest import MakeApp
from .inside import rows

INSIDE = "http://10.0.0.5:8000"
LOGIN = {"email": EMAIL, "password": "not the password at all"}
FORWARDED = {
    "X-Forwarded-For": "198.51.100.66, 203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=198.51.100.66;host=evil.example;proto=https",
}


def seen_by(app: Flask) -> tuple[str, str]:
    """Return where the app believes a request to have come from, and gone to."""
    browser = Browser(app, origin=INSIDE)
    browser.post("/auth/login", data=LOGIN, headers=FORWARDED)
    (event,) = rows(app, "SELECT address FROM events")
    # A path that lacks its slash is answered with the whole address.
    return event["address"], browser.get("/account", headers=FORWARDED).location


def test_without_a_proxy_nothing_forwarded_is_believed(configure: MakeApp, user: str) -> None:
    assert seen_by(configure()) == ("127.0.0.1", f"{INSIDE}/account/")


def test_one_proxy_is_believed_about_address_and_scheme(configure: MakeApp, user: str) -> None:
    # The last address is the proxy's word; what stands before is the client's own.
    app = configure(trusted_proxies=1)
    assert seen_by(app) == ("203.0.113.9", "https://10.0.0.5:8000/account/")


def test_two_proxies_are_believed_about_one_address_more(configure: MakeApp, user: str) -> None:
    assert seen_by(configure(trusted_proxies=2))[0] == "198.51.100.66"


@pytest.mark.parametrize(("hops", "told"), [(0, False), (1, True)])
def test_https_is_promised_when_the_proxy_speaks_it(
    configure: MakeApp, hops: int, told: bool
) -> None:
    browser = Browser(configure(trusted_proxies=hops), origin=INSIDE)
    headers = browser.get("/", headers=FORWARDED).headers
    assert ("Strict-Transport-Security" in headers) == told


@pytest.mark.parametrize(("hops", "warnings"), [(0, 1), (1, 0)])
def test_ignored_headers_are_mentioned_once(
    make_app: MakeApp, caplog: pytest.LogCaptureFixture, hops: int, warnings: int
) -> None:
    browser = Browser(make_app(trusted_proxies=hops))
    with caplog.at_level(logging.WARNING):
        browser.get("/")
        assert "TRUSTED_PROXIES" not in caplog.text
        for _ in range(3):
            browser.get("/", headers=FORWARDED)
    assert caplog.text.count("TRUSTED_PROXIES") == warnings


@pytest.mark.parametrize("address", ["203.0.113.9", "2001:db8::9"])
def test_a_port_that_a_proxy_adds_makes_no_other_address(
    configure: MakeApp, user: str, address: str
) -> None:
    app = configure(trusted_proxies=1, login_attempts_per_address=Rate(2, 900))
    found = []
    for port in range(5001, 5004):
        said = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        # Without a port the brackets are no part of the address either.
        said = said.removesuffix(":5003") if ":" in address else said
        headers = {"X-Forwarded-For": said, "X-Forwarded-Proto": "https"}
        answer = Browser(app, origin=INSIDE).post("/auth/login", data=LOGIN, headers=headers)
        found.append(answer.status_code)
    assert found == [422, 422, 429]
    assert {row["address"] for row in rows(app, "SELECT address FROM events")} == {address}
