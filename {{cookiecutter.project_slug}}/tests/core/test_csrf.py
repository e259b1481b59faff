"""Other sites cannot make a browser change anything in the app (CSRF)."""

import logging
from itertools import product

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.auth.guards import login_not_required

from ..conftest import MakeApp
from ..support.http import AUTH, LANGUAGE, ORIGIN, SESSION, Browser

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


def is_let_in(site: str | None, origin: str | None, cookie: str | None) -> bool:
    """Follow the rule: first Sec-Fetch-Site, then Origin, then the cookie."""
    if site in {"same-origin", "none"}:
        return True
    if site is None and origin == ORIGIN:
        return True
    nothing_said = site is None and origin is None
    return nothing_said and cookie not in OWN


def add_probe(app: Flask) -> None:
    """Add a view that counts its calls."""
    app.config["REACHED"] = 0

    @app.route("/probe", methods=["GET", *UNSAFE])
    @login_not_required
    def reach() -> tuple[str, int]:
        app.config["REACHED"] += 1
        return "", 204


@pytest.fixture
def probe(configure: MakeApp) -> Flask:
    """Return an app with a view that counts its calls."""
    return configure(add_probe)


def visitor(app: Flask, cookie: str | None, origin: str = ORIGIN) -> Browser:
    """Return a client that sends neither Sec-Fetch-Site nor Origin."""
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
def test_only_same_origin_requests_change_anything(probe: Flask, cookie: str | None) -> None:
    browser = visitor(probe, cookie)
    for site, origin in SAID:
        before = probe.config["REACHED"]
        status = ask(browser, site=site, origin=origin)
        let_in = is_let_in(site, origin, cookie)
        assert status == (204 if let_in else 403), (site, origin)
        assert probe.config["REACHED"] - before == let_in, (site, origin)


@pytest.mark.parametrize("method", UNSAFE)
def test_the_origin_of_every_unsafe_method_is_checked(probe: Flask, method: str) -> None:
    browser = visitor(probe, None)
    assert ask(browser, method, site="cross-site") == 403
    assert ask(browser, method, origin="https://evil.example") == 403
    assert ask(browser, method, site="same-origin") == 204


def test_a_forged_form_is_refused_with_a_reason(
    client: Browser, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    client.login()
    forged = {"Sec-Fetch-Site": "cross-site"}
    with caplog.at_level(logging.WARNING):
        for path in ("/auth/logout", "/account/", "/auth/login", "/no/such/page"):
            answer = client.post(path, data={"name": "Eve"}, headers=forged)
            assert answer.status_code == 403, path
            assert "did not come from a page of this site" in answer.text
            assert "Set-Cookie" not in answer.headers
    assert "cross-origin POST refused" in caplog.text
    assert client.name() == "Ana"
