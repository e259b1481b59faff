"""Other sites cannot make a browser change anything here."""

import logging
from itertools import product

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.auth.guards import login_not_required

from .browser import AUTH, LANGUAGE, ORIGIN, SESSION, Browser
from .conftest import MakeApp

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
# Where the first header speaks, the second does not count: three of them show it.
SAID = [
    *product(SITES[1:], [None, ORIGIN, "https://evil.example"]),
    *product([None], ORIGINS),
]
OWN = [SESSION, AUTH, LANGUAGE]
COOKIES = [None, *OWN, "analytics", "__Host-other_app-session"]


def is_let_in(site: str | None, origin: str | None, cookie: str | None) -> bool:
    """Say it in words: the browser's word first, then the origin, then the cookie."""
    if site in {"same-origin", "none"}:
        return True
    if site is None and origin == ORIGIN:
        return True
    nothing_said = site is None and origin is None
    return nothing_said and cookie not in OWN


@pytest.fixture
def probe(make_app: MakeApp) -> Flask:
    """Return an app with a view that counts how often it was reached."""
    app = make_app()
    app.config["REACHED"] = 0

    @app.route("/probe", methods=["GET", *UNSAFE])
    @login_not_required
    def reach() -> tuple[str, int]:
        app.config["REACHED"] += 1
        return "", 204

    return app


def visitor(app: Flask, cookie: str | None, origin: str = ORIGIN) -> Browser:
    """Return a client that says nothing of where it comes from."""
    browser = Browser(app, origin=origin)
    del browser.environ_base["HTTP_SEC_FETCH_SITE"]
    if cookie:
        browser.keep({cookie: "x"})
    return browser


def ask(
    browser: Browser,
    method: str = "POST",
    *,
    site: str | None = None,
    origin: str | None = None,
) -> int:
    said = {"Sec-Fetch-Site": site, "Origin": origin, "Accept": "application/json"}
    headers = {name: value for name, value in said.items() if value is not None}
    return browser.open("/probe", method=method, headers=headers).status_code


@pytest.mark.parametrize("cookie", COOKIES)
def test_only_requests_of_our_own_pages_change_anything(probe: Flask, cookie: str | None) -> None:
    browser = visitor(probe, cookie)
    for site, origin in SAID:
        before = probe.config["REACHED"]
        status = ask(browser, site=site, origin=origin)
        let_in = is_let_in(site, origin, cookie)
        assert status == (204 if let_in else 403), (site, origin)
        assert probe.config["REACHED"] - before == let_in, (site, origin)


@pytest.mark.parametrize("method", UNSAFE)
def test_the_gate_stands_before_every_unsafe_method(probe: Flask, method: str) -> None:
    browser = visitor(probe, None)
    assert ask(browser, method, site="cross-site") == 403
    assert ask(browser, method, origin="https://evil.example") == 403
    assert ask(browser, method, site="same-origin") == 204


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_links_from_anywhere_may_be_followed(probe: Flask, method: str) -> None:
    browser = visitor(probe, SESSION)
    for site in SITES:
        status = ask(browser, method, site=site, origin="https://evil.example")
        assert status in {200, 204}, site


def test_a_forged_form_does_nothing_and_is_told_why(
    client: Browser, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    client.login()
    forged = {"Sec-Fetch-Site": "cross-site"}
    with caplog.at_level(logging.WARNING):
        for path in ("/auth/logout", "/account/", "/auth/login", "/nowhere"):
            answer = client.post(path, data={"name": "Eve"}, headers=forged)
            assert answer.status_code == 403, path
            assert "did not come from a page of this site" in answer.text
            assert "Set-Cookie" not in answer.headers
    assert "cross-origin POST refused" in caplog.text
    assert client.name() == "Ana"


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


def test_development_says_what_a_client_of_ones_own_has_to_send(
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
