"""Other sites cannot make a browser change anything in the app (CSRF)."""

from itertools import product

import pytest
from flask import Flask

from ...auth import test_forms
from ...auth.test_forms import ask, visitor
from ...conftest import MakeApp
from ...support.http import AUTH, LANGUAGE, ORIGIN, SESSION, Browser

LOCALHOST = "http://localhost:5000"
UNSAFE = ["POST", "PUT", "PATCH", "DELETE"]
SITES = [None, "same-origin", "none", "same-site", "cross-site", "", "Same-Origin", "x"]
ORIGINS = [
    None,
    ORIGIN,
    "https://evil.example",
    "null",
    "",
    "https://app.example.evil.example",
    "https://evil.app.example",
    "https://app.example:443",
    "https://app.example:8443",
    "https://app.example/",
    "https://me@app.example",
    "https://app.example@evil.example",
    "HTTPS://APP.EXAMPLE",
    "http://app.example",
]
# Sec-Fetch-Site wins over Origin, so three origins are enough for each of its values.
SAID = [
    *product(SITES[1:], [None, ORIGIN, "https://evil.example"]),
    *product([None], ORIGINS),
]
OWN = [SESSION, AUTH, LANGUAGE]
COOKIES = [None, *OWN, "analytics", "__Host-other_app-session"]


probe = test_forms.probe


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_links_from_anywhere_may_be_followed(probe: Flask, method: str) -> None:
    browser = visitor(probe, SESSION)
    for site in SITES:
        status = ask(browser, method, site=site, origin="https://evil.example")
        assert status in {200, 204}, site


def test_no_other_origin_is_ever_invited(client: Browser, user: str) -> None:
    client.login()
    asking = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "POST",
        "Sec-Fetch-Site": "cross-site",
    }
    for method, path in product(["GET", "OPTIONS"], ["/", "/account/", "/healthz"]):
        answer = client.open(path, method=method, headers=asking)
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_behind_a_proxy_ours_is_still_the_public_origin(configure: MakeApp) -> None:
    app = configure(trusted_proxies=1)
    inside = "http://10.0.0.5:8000"
    browser = visitor(app, SESSION, inside)
    seen = {}
    for origin in (ORIGIN, inside, "https://10.0.0.5:8000", "https://evil.example"):
        forwarded = {
            "X-Forwarded-For": "203.0.113.9",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "evil.example",
            "Origin": origin,
        }
        answer = browser.post("/language", data={"language": "en"}, headers=forwarded)
        seen[origin] = answer.status_code
    assert seen.pop(ORIGIN) == 303
    assert set(seen.values()) == {403}


@pytest.mark.parametrize("host", ["localhost:5000", "192.168.1.20:5000"])
def test_development_takes_the_host_it_was_asked_by(configure: MakeApp, host: str) -> None:
    app = configure(development=True, public_url=LOCALHOST)
    browser = visitor(app, "session", f"http://{host}")
    seen = {}
    for origin in (f"http://{host}", f"https://{host}", "http://localhost:5001"):
        answer = browser.post("/language", data={"language": "en"}, headers={"Origin": origin})
        seen[origin] = answer.status_code
    assert seen.pop(f"http://{host}") == 303
    assert set(seen.values()) == {403}


def test_development_says_what_your_own_client_has_to_send(
    configure: MakeApp, caplog: pytest.LogCaptureFixture
) -> None:
    localhost = "http://localhost:5000"
    forged = {"Sec-Fetch-Site": "cross-site", "Accept": "application/json"}
    developing = Browser(configure(development=True, public_url=localhost), origin=localhost)
    refused = developing.post("/language", headers=forged)
    assert refused.json is not None
    assert f"sends “Origin: {localhost}”" in refused.json["error"]
    assert f"'cross-site'; we are {localhost}" in caplog.text
    refused = Browser(configure()).post("/language", headers=forged)
    assert refused.json is not None
    assert "Origin" not in refused.json["error"]


def is_let_in(site: str | None, origin: str | None, cookie: str | None) -> bool:
    """Follow the rule: first Sec-Fetch-Site, then Origin, then the cookie."""
    if site in {"same-origin", "none"}:
        return True
    if site is None and origin == ORIGIN:
        return True
    nothing_said = site is None and origin is None
    return nothing_said and cookie not in OWN


@pytest.mark.parametrize("cookie", COOKIES)
def test_only_same_origin_requests_change_anything(probe: Flask, cookie: str | None) -> None:
    browser = visitor(probe, cookie)
    for site, origin in SAID:
        before = probe.config["REACHED"]
        status = ask(browser, site=site, origin=origin)
        let_in = is_let_in(site, origin, cookie)
        assert status == (204 if let_in else 403), (site, origin)
        assert probe.config["REACHED"] - before == let_in, (site, origin)
