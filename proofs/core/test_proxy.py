"""The app trusts a proxy's headers only if TRUSTED_PROXIES says so, and never for the host."""

import logging

import pytest

from my_flask_app.core.environ import Rate

from ...conftest import MakeApp
from ...core.test_headers import seen_by
from ...support.http import EMAIL, Browser
from ...support.sql import rows

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


def test_two_proxies_are_believed_about_one_address_more(make_app: MakeApp) -> None:
    assert seen_by(make_app(trusted_proxies=2))[0] == "198.51.100.66"


@pytest.mark.parametrize("hops", [0, 1, 2])
@pytest.mark.parametrize("scheme", [None, "http", "https", "https, http", "javascript:alert(1)"])
def test_the_scheme_is_that_of_the_public_address_whatever_proxies_say(
    make_app: MakeApp, hops: int, scheme: str | None
) -> None:
    # nginx appends to X-Forwarded-For and sets X-Forwarded-Proto: one value, behind two.
    headers = FORWARDED | ({"X-Forwarded-Proto": scheme} if scheme else {})
    assert seen_by(make_app(trusted_proxies=hops), headers)[1] == "https://10.0.0.5:8000/"
    local = make_app(trusted_proxies=hops, public_url="http://localhost:8000")
    assert seen_by(local, headers)[1] == f"{INSIDE}/"


@pytest.mark.parametrize("hops", [0, 1, 2])
def test_https_is_promised_behind_any_number_of_proxies(configure: MakeApp, hops: int) -> None:
    browser = Browser(configure(trusted_proxies=hops), origin=INSIDE)
    headers = {"X-Forwarded-For": "198.51.100.7, 203.0.113.1", "X-Forwarded-Proto": "https"}
    assert "Strict-Transport-Security" in browser.get("/", headers=headers).headers


@pytest.mark.parametrize(
    ("hops", "addresses", "warning"),
    [
        (0, "", None),
        (0, "203.0.113.9", "forwarded headers are ignored: TRUSTED_PROXIES is 0"),
        (1, "", "X-Forwarded-For holds 0, so visitors share the address of a proxy"),
        (1, "203.0.113.9", None),
        (1, "198.51.100.66, 203.0.113.9", None),
        (2, "203.0.113.9", "X-Forwarded-For holds 1, so visitors share the address of a proxy"),
        (2, "198.51.100.66, 203.0.113.9", None),
    ],
)
def test_a_wrong_number_of_proxies_is_logged_once(
    make_app: MakeApp,
    caplog: pytest.LogCaptureFixture,
    hops: int,
    addresses: str,
    warning: str | None,
) -> None:
    browser = Browser(make_app(trusted_proxies=hops))
    headers = {"X-Forwarded-For": addresses} if addresses else {}
    with caplog.at_level(logging.WARNING):
        # The host's own request, from behind the proxies.
        browser.get("/healthz")
        assert "TRUSTED_PROXIES" not in caplog.text
        for _ in range(3):
            browser.get("/", headers=headers)
    assert caplog.text.count("TRUSTED_PROXIES") == (warning is not None)
    assert (warning or "") in caplog.text


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


def test_a_trusted_proxy_sets_the_client_address_but_never_the_host(
    make_app: MakeApp,
) -> None:
    # The proxy adds the last address; the client may have forged those before it.
    app = make_app(trusted_proxies=1)
    assert seen_by(app) == ("203.0.113.9", "https://10.0.0.5:8000/")
