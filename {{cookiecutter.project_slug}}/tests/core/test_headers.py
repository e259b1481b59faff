"""Every answer carries the headers that forbid what this site never does."""

from collections.abc import Iterator

import pytest
from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from jinja2 import BytecodeCache
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.auth.guards import login_not_required
from {{ cookiecutter.project_slug }}.config import (
    CONTENT_SECURITY_POLICY,
    MAX_BODY_BYTES,
    Settings,
)
from {{ cookiecutter.project_slug }}.core import audit

from ..conftest import MakeApp
from ..support.accounts import add_user, watch_hashing
from ..support.http import ALWAYS, EMAIL, LOCALHOST, ORIGIN, Browser, page
from ..support.settings import disconnect, quick_app
from ..support.sql import empty_tables

POLICY = "; ".join(CONTENT_SECURITY_POLICY)
INLINE = "The policy allows what is written into pages, by an attacker too: move yours to static/."

INSIDE = "http://10.0.0.5:8000"
FORWARDED = {
    "X-Forwarded-For": "198.51.100.66, 203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=198.51.100.66;host=evil.example;proto=https",
}


@pytest.fixture(scope="module")
def extended(served: Flask, settings: Settings, pages: BytecodeCache) -> Iterator[Flask]:
    """Return an app with a view that fails and one that has a mind of its own."""
    app = quick_app(settings, pages)
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
        answer.vary.add("X-Cookie-Consent")
        return answer

    yield app
    disconnect(app)


@pytest.fixture(scope="module")
def answers(extended: Flask) -> dict[str, TestResponse]:
    """Return an answer of every kind, by what it is."""
    client = Browser(extended)
    with pytest.MonkeyPatch.context() as patch:
        watch_hashing(patch, lambda: None)
        with extended.app_context():
            add_user(EMAIL)
        found = ask_for_everything(client)
    empty_tables(extended)
    return found


def ask_for_everything(client: Browser) -> dict[str, TestResponse]:
    return {
        "page": client.get("/"),
        "health": client.get("/healthz"),
        "closed": client.get("/account/"),
        "json": client.get("/account/", headers={"Accept": "application/json"}),
        "login": client.login(),
        "private page": client.get("/account/"),
        "head": client.head("/account/"),
        "options": client.options("/account/"),
        "without its slash": client.get("/account"),
        "missing": client.get("/nowhere"),
        "wrong method": client.get("/auth/logout"),
        "forged": client.post("/auth/logout", headers={"Sec-Fetch-Site": "x"}),
        "invalid": client.post("/auth/login", data={"email": "x"}),
        "bad": client.post("/language", data={"language": "tlh"}),
        "void": client.get("/auth/reset/x"),
        "too large": client.login("x" * MAX_BODY_BYTES),
        "failed": client.get("/broken"),
        "file": client.get("/static/style.css"),
        "missing folder": client.get("/static/"),
        "missing file": client.get("/static/none"),
        "logout": client.logout(),
    }


def test_the_answers_are_of_every_status(answers: dict[str, TestResponse]) -> None:
    statuses = {answer.status_code for answer in answers.values()}
    assert statuses == {200, 303, 400, 401, 403, 404, 405, 410, 413, 422, 500}


def test_every_answer_carries_every_header(answers: dict[str, TestResponse]) -> None:
    for kind, answer in answers.items():
        carried = {name: answer.headers.get(name) for name in ALWAYS}
        assert carried == ALWAYS, kind
        assert answer.headers["Content-Security-Policy"] == POLICY, kind
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", kind


def test_the_policy_keeps_out_what_is_written_into_pages() -> None:
    # Sources of yours may stand beside these: add them to the list in config.py.
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'"):
        assert part in POLICY
    assert "form-action 'self'" in POLICY
    assert "frame-ancestors 'none'" in POLICY, "Another site may show a page in a frame of its own."
    assert "'unsafe-" not in POLICY, INLINE


def test_nothing_but_files_is_stored_by_caches(
    answers: dict[str, TestResponse],
) -> None:
    for kind, answer in answers.items():
        stored = answer.headers.get("Cache-Control") != "no-store"
        assert stored == ("file" in kind), kind


def test_a_view_may_differ_and_still_depends_on_the_cookie(extended: Flask) -> None:
    answer = Browser(extended).get("/own")
    # One line each: of two policies browsers obey both, of two such lines caches either.
    assert answer.headers.getlist("Cache-Control") == ["public, max-age=60"]
    assert answer.headers.getlist("Content-Security-Policy") == ["default-src 'none'"]
    assert answer.headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert answer.headers.getlist("Vary") == ["X-Cookie-Consent", "Cookie"]


def test_https_is_promised_where_the_public_address_has_it(
    client: Browser, configure: MakeApp
) -> None:
    # A proxy may ask by plain http: it is the visitor's browser that is told.
    proxied = client.get("/", base_url=ORIGIN.replace("https", "http"))
    assert proxied.headers["Strict-Transport-Security"] == "max-age=31536000"
    for development in (True, False):
        app = configure(development=development, public_url=LOCALHOST)
        answer = Browser(app, origin=LOCALHOST).get("/")
        assert "Strict-Transport-Security" not in answer.headers
    app = configure(development=True, public_url=LOCALHOST.replace("http", "https"))
    answer = Browser(app, origin=LOCALHOST.replace("http", "https")).get("/")
    assert "Strict-Transport-Security" not in answer.headers


def seen_by(app: Flask, headers: dict[str, str] = FORWARDED) -> tuple[str, str]:
    """Return where the app believes a request to have come from, and gone to."""

    @page(app, public=True)
    def seen() -> ResponseReturnValue:
        return {"address": audit.client_address(), "url": request.host_url}

    said = Browser(app, origin=INSIDE).get("/seen", headers=headers).json
    assert said is not None
    return said["address"], said["url"]


def test_without_a_proxy_nothing_forwarded_is_believed(make_app: MakeApp) -> None:
    assert seen_by(make_app()) == ("127.0.0.1", "https://10.0.0.5:8000/")


def test_one_proxy_is_believed_about_the_address_and_never_about_the_host(
    make_app: MakeApp,
) -> None:
    # The last address is the proxy's word; what stands before is the client's own.
    app = make_app(trusted_proxies=1)
    assert seen_by(app) == ("203.0.113.9", "https://10.0.0.5:8000/")
