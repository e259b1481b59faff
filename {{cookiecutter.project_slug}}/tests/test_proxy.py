"""What a proxy says is believed when one was promised, and never about the host."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from flask import request
from sqlalchemy import select

from {{ cookiecutter.project_slug }}.auth.guards import login_not_required
from {{ cookiecutter.project_slug }}.db import db
from {{ cookiecutter.project_slug }}.models import Event

from .browser import Browser
from .conftest import MakeApp

INSIDE = "http://10.0.0.5:8000"
FORWARDED = {
    "X-Forwarded-For": "198.51.100.66, 203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=198.51.100.66;host=evil.example;proto=https",
}


def seen_by(app: Flask) -> dict[str, str | None]:
    """Return what a view learns of a request with every forwarded header."""

    @app.get("/seen")
    @login_not_required
    def show() -> dict[str, str | None]:
        return {
            "address": request.remote_addr,
            "url": request.url,
            "prefix": request.script_root,
        }

    browser = Browser(app, origin=INSIDE)
    answer = browser.get("/seen", headers=FORWARDED)
    found: dict[str, str | None] = answer.get_json()
    return found


def logged_addresses(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Event.address)))


def test_without_a_proxy_nothing_forwarded_is_believed(make_app: MakeApp) -> None:
    assert seen_by(make_app()) == {
        "address": "127.0.0.1",
        "url": f"{INSIDE}/seen",
        "prefix": "",
    }


def test_one_proxy_is_believed_about_address_and_scheme(make_app: MakeApp) -> None:
    # The last address is the proxy's word; what stands before is the client's own.
    assert seen_by(make_app(trusted_proxies=1)) == {
        "address": "203.0.113.9",
        "url": "https://10.0.0.5:8000/seen",
        "prefix": "",
    }


def test_two_proxies_are_believed_about_one_address_more(make_app: MakeApp) -> None:
    assert seen_by(make_app(trusted_proxies=2))["address"] == "198.51.100.66"


@pytest.mark.parametrize(("hops", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_the_audit_trail_keeps_the_address_that_is_believed(
    make_app: MakeApp, user: str, hops: int, address: str
) -> None:
    app = make_app(trusted_proxies=hops)
    browser = Browser(app, origin=INSIDE)
    browser.post(
        "/auth/login", data={"email": user, "password": "wrong"}, headers=FORWARDED
    )
    assert logged_addresses(app) == [address]


@pytest.mark.parametrize(("hops", "told"), [(0, False), (1, True)])
def test_https_is_promised_when_the_proxy_speaks_it(
    make_app: MakeApp, hops: int, told: bool
) -> None:
    browser = Browser(make_app(trusted_proxies=hops), origin=INSIDE)
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
