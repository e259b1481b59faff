"""Every response has the security headers."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from my_flask_app.config import CONTENT_SECURITY_POLICY

from ...conftest import MakeApp
from ...core import test_headers
from ...support.http import LOCALHOST, ORIGIN, Browser

extended = test_headers.extended
answers = test_headers.answers

POLICY = "; ".join(CONTENT_SECURITY_POLICY)


def test_every_header_stands_there_once(answers: dict[str, TestResponse]) -> None:
    for kind, answer in answers.items():
        names = [name for name, _ in answer.headers if name != "Set-Cookie"]
        assert len(names) == len(set(names)), kind


def test_answers_say_that_they_depend_on_the_cookie(
    answers: dict[str, TestResponse],
) -> None:
    for kind, answer in answers.items():
        assert ("Cookie" in answer.vary) == ("file" not in kind), kind


def test_every_answer_says_what_it_is_and_not_what_made_it(
    answers: dict[str, TestResponse],
) -> None:
    for kind, answer in answers.items():
        said = answer.headers["Content-Type"]
        wanted = {"json": "application/json", "health": "application/json"}
        wanted["file"] = "text/css; charset=utf-8"
        assert said == wanted.get(kind, "text/html; charset=utf-8"), kind
        assert not {"Server", "X-Powered-By"} & {*answer.headers.keys()}, kind


@pytest.mark.parametrize("ending", ["/x.css", "/;x.css", "%2fx.css", "/..%2fstatic%2fx.css"])
def test_a_private_page_has_no_name_that_caches_take_for_a_file(
    client: Browser, user: str, ending: str
) -> None:
    client.login()
    answer = client.get(f"/account{ending}")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_subdomains_are_promised_on_demand_alone(configure: MakeApp) -> None:
    # Subdomains on plain http would be unreachable for a year.
    answer = Browser(configure(hsts_subdomains=True)).get("/")
    told = "max-age=31536000; includeSubDomains"
    assert answer.headers["Strict-Transport-Security"] == told


def test_pages_hold_nothing_that_the_policy_would_block(
    answers: dict[str, TestResponse],
) -> None:
    for kind in ("page", "private page", "missing", "invalid"):
        text = answers[kind].text
        assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=", text)
        loaded = re.findall(r'(?: src|<link[^>]* href)="([^"]*)"', text)
        assert loaded
        for path in loaded:
            origin = "/".join(path.split("/")[:3])
            allowed = path.startswith("/") or origin in POLICY
            assert allowed, f"Add {origin} to CONTENT_SECURITY_POLICY in config.py."


def test_a_view_can_set_its_own_headers_and_still_varies_by_cookie(extended: Flask) -> None:
    answer = Browser(extended).get("/test-own")
    # One line each: browsers obey both of two policies, caches either of two such lines.
    assert answer.headers.getlist("Cache-Control") == ["public, max-age=60"]
    assert answer.headers.getlist("Content-Security-Policy") == ["default-src 'none'"]
    assert answer.headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert answer.headers.getlist("Vary") == ["X-Cookie-Consent", "Cookie"]


def test_hsts_is_sent_if_the_public_url_is_https(client: Browser, configure: MakeApp) -> None:
    # A proxy may use plain http to reach the app; the header is for the visitor's browser.
    proxied = client.get("/", base_url=ORIGIN.replace("https", "http"))
    assert proxied.headers["Strict-Transport-Security"] == "max-age=31536000"
    for development in (True, False):
        app = configure(development=development, public_url=LOCALHOST)
        answer = Browser(app, origin=LOCALHOST).get("/")
        assert "Strict-Transport-Security" not in answer.headers
    app = configure(development=True, public_url=LOCALHOST.replace("http", "https"))
    answer = Browser(app, origin=LOCALHOST.replace("http", "https")).get("/")
    assert "Strict-Transport-Security" not in answer.headers
