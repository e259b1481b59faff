"""Every response has the security headers."""

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
from ..support.http import ALWAYS, EMAIL, Browser, page, taken_by_catch_all
from ..support.settings import quick_app
from ..support.sql import empty_tables

POLICY = "; ".join(CONTENT_SECURITY_POLICY)
KEEP = "Put {} back into CONTENT_SECURITY_POLICY (config.py), and add your own sources next to it."
INLINE = (
    "Remove 'unsafe-...' from CONTENT_SECURITY_POLICY (config.py): move the code into static/, or "
    "let the one view that needs it set its own header."
)

INSIDE = "http://10.0.0.5:8000"
FORWARDED = {
    "X-Forwarded-For": "198.51.100.66, 203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=198.51.100.66;host=evil.example;proto=https",
}

OTHER_FILES = [
    "/.env",
    "/.git/config",
    "/.git/HEAD",
    "/instance/app.sqlite",
    "/wsgi.py",
    "/static",
    "/static/",
    "/static/.env",
    "/static/../config.py",
    "/static/%2e%2e/config.py",
    "/static/..%2fconfig.py",
    "/static/..%5cconfig.py",
    "/static/%2Fetc/passwd",
    "/static/%00",
]


@pytest.fixture(scope="module")
def extended(served: Flask, settings: Settings, pages: BytecodeCache) -> Flask:
    """Return an app with a view that fails and a view that sets its own headers."""
    app = quick_app(settings, pages)
    # As in production: answer an error instead of raising it.
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/test-broken")
    @login_not_required
    def fail() -> str:
        raise RuntimeError("the view failed")

    @app.get("/test-own")
    @login_not_required
    def choose() -> Response:
        answer = Response("{}", mimetype="application/json")
        answer.headers["Cache-Control"] = "public, max-age=60"
        answer.headers["Content-Security-Policy"] = "default-src 'none'"
        answer.vary.add("X-Cookie-Consent")
        return answer

    return app


@pytest.fixture(scope="module")
def answers(extended: Flask) -> dict[str, TestResponse]:
    """Return a response of every kind, by its name."""
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
        "missing": client.get("/no/such/page"),
        "wrong method": client.delete("/account/"),
        "forged": client.post("/auth/logout", headers={"Sec-Fetch-Site": "x"}),
        "invalid": client.post("/auth/login", data={"email": "x"}),
        "bad": client.post("/language", data={"language": "tlh"}),
        "void": client.get("/auth/reset/x"),
        "too large": client.login("x" * MAX_BODY_BYTES),
        "failed": client.get("/test-broken"),
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
        assert carried == ALWAYS, f"{kind}: do not change these headers in a view or a hook"
        assert answer.headers["Content-Security-Policy"] == POLICY, kind
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", kind


def test_the_policy_blocks_inline_scripts_and_foreign_frames() -> None:
    # You can add your own sources to the list in config.py.
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'"):
        assert part in POLICY, KEEP.format(part)
    for part in ("form-action 'self'", "frame-ancestors 'none'"):
        assert part in POLICY, KEEP.format(part)
    assert "'unsafe-" not in POLICY, INLINE


def test_caches_store_only_static_files(
    answers: dict[str, TestResponse],
) -> None:
    for kind, answer in answers.items():
        stored = answer.headers.get("Cache-Control") != "no-store"
        assert stored == ("file" in kind), (
            f"{kind}: send Cache-Control: no-store with pages; if you cache a page of yours on "
            "purpose, remove it from this test."
        )


def seen_by(app: Flask, headers: dict[str, str] = FORWARDED) -> tuple[str, str]:
    """Return the client address and the host URL that the app sees."""

    @page(app, public=True)
    def seen() -> ResponseReturnValue:
        return {"address": audit.client_address(), "url": request.host_url}

    said = Browser(app, origin=INSIDE).get("/test-seen", headers=headers).json
    assert said is not None
    return said["address"], said["url"]


def test_without_a_proxy_forwarded_headers_are_ignored(make_app: MakeApp) -> None:
    assert seen_by(make_app()) == ("127.0.0.1", "https://10.0.0.5:8000/")


@pytest.mark.parametrize("path", OTHER_FILES)
def test_no_other_file_and_no_list_of_files_is_served(client: Browser, path: str) -> None:
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 404 or taken_by_catch_all(client.application, path), (
        f"{path} answers {answer.status_code}: serve files only from static/, and let no view of "
        "yours match this address."
    )
    assert "SECRET_KEY" not in answer.text


def test_headers_and_queries_cannot_override_the_method(client: Browser, user: str) -> None:
    client.login()
    override = {"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "POST"}
    client.get("/auth/logout", headers=override, query_string={"_method": "POST"})
    assert client.is_signed_in()
