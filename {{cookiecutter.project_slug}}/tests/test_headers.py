"""Every answer carries the headers that forbid what this site never does."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask import Response
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.auth.guards import login_not_required
from {{ cookiecutter.project_slug }}.config import MAX_BODY_BYTES

from .browser import ORIGIN
from .browser import Browser
from .conftest import MakeApp

LOCALHOST = "http://localhost:5000"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PRIVATE = ["default-src 'self'", "object-src 'none'", "base-uri 'none'"]
PRIVATE += ["form-action 'self'", "frame-ancestors 'none'"]


@pytest.fixture
def extended(make_app: MakeApp) -> Flask:
    """Return an app with a view that fails and one that has a mind of its own."""
    app = make_app()
    # As it is outside tests: an error is answered, not raised.
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/broken")
    @login_not_required
    def fail() -> str:
        raise RuntimeError("the view failed")

    @app.get("/own")
    @login_not_required
    def choose() -> Response:
        answer = Response("{}", mimetype="application/json")
        answer.headers["Cache-Control"] = "public, max-age=60"
        answer.headers["Content-Security-Policy"] = "default-src 'none'"
        return answer

    return app


@pytest.fixture
def answers(extended: Flask, user: str) -> dict[str, TestResponse]:
    """Return an answer of every kind, by what it is."""
    client = Browser(extended)
    found = {
        "page": client.get("/"),
        "health": client.get("/healthz"),
        "closed": client.get("/account/"),
        "json": client.get("/account/", headers={"Accept": "application/json"}),
        "login": client.login(),
        "private page": client.get("/account/"),
        "head": client.head("/account/"),
        "options": client.options("/account/"),
        "moved": client.get("/account"),
        "missing": client.get("/nowhere"),
        "wrong method": client.get("/auth/logout"),
        "forged": client.post("/auth/logout", headers={"Sec-Fetch-Site": "x"}),
        "invalid": client.post("/auth/login", data={"email": "x"}),
        "bad": client.post("/language", data={"language": "tlh"}),
        "void": client.get("/auth/reset/x"),
        "too large": client.login("x" * MAX_BODY_BYTES),
        "failed": client.get("/broken"),
        "file": client.get("/static/style.css"),
        "missing file": client.get("/static/none"),
        "logout": client.logout(),
    }
    return found


def test_the_answers_are_of_every_status(answers: dict[str, TestResponse]) -> None:
    statuses = {answer.status_code for answer in answers.values()}
    assert statuses == {200, 303, 308, 400, 401, 403, 404, 405, 410, 413, 422, 500}


def test_every_answer_carries_every_header(answers: dict[str, TestResponse]) -> None:
    for kind, answer in answers.items():
        carried = {name: answer.headers.get(name) for name in ALWAYS}
        assert carried == ALWAYS, kind
        assert answer.headers["Content-Security-Policy"].split("; ") == PRIVATE, kind
        told = answer.headers["Strict-Transport-Security"]
        assert told == "max-age=31536000; includeSubDomains", kind


def test_nothing_but_files_is_stored_by_caches(
    answers: dict[str, TestResponse],
) -> None:
    for kind, answer in answers.items():
        stored = answer.headers.get("Cache-Control") != "no-store"
        assert stored == ("file" in kind), kind


def test_answers_say_that_they_depend_on_the_cookie(
    answers: dict[str, TestResponse],
) -> None:
    for kind, answer in answers.items():
        assert ("Cookie" in answer.vary) == ("file" not in kind), kind


def test_a_view_may_differ_and_still_depends_on_the_cookie(
    extended: Flask, user: str
) -> None:
    client = Browser(extended)
    client.login()
    answer = client.get("/own")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Cookie" in answer.vary


def test_plain_http_makes_no_promise_of_https(
    client: Browser, make_app: MakeApp
) -> None:
    plain = client.get("/", base_url=ORIGIN.replace("https", "http"))
    assert "Strict-Transport-Security" not in plain.headers
    app = make_app(development=True, public_url=LOCALHOST)
    answer = Browser(app, origin=LOCALHOST).get("/")
    assert "Strict-Transport-Security" not in answer.headers


def test_pages_hold_nothing_that_the_policy_would_block(
    answers: dict[str, TestResponse],
) -> None:
    for kind in ("page", "private page", "missing", "invalid"):
        text = answers[kind].text
        assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=", text)
        loaded = re.findall(r'(?: src|<link[^>]* href)="([^"]*)"', text)
        assert loaded
        assert all(path.startswith("/static/") for path in loaded), loaded
