"""Files are served from static/ alone, and nothing answers a method it does not know."""

from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask

from .browser import Browser
from .conftest import MakeApp
from .statements import statements

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


@pytest.mark.parametrize("path", OTHER_FILES)
def test_no_other_file_and_no_list_of_files_is_served(client: Browser, path: str) -> None:
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 404
    assert "SECRET_KEY" not in answer.text


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "FOO"])
def test_a_method_that_no_page_takes_is_refused(client: Browser, user: str, method: str) -> None:
    client.login()
    for path in ("/", "/auth/login", "/account/", "/static/style.css"):
        answer = client.open(path, method=method, headers={"X-Probe": "echo"})
        assert answer.status_code == 405, path
        assert "echo" not in answer.text


def test_the_method_is_the_one_that_was_sent(client: Browser, user: str) -> None:
    client.login()
    override = {"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "POST"}
    client.get("/auth/logout", headers=override, query_string={"_method": "POST"})
    assert client.is_signed_in()


@pytest.fixture
def extended(make_app: MakeApp, tmp_path: Path) -> Flask:
    """Return an app with blueprints as extensions bring them."""
    app = make_app()
    (tmp_path / "style.css").write_text("p {}", encoding="utf-8")
    folder: dict[str, Any] = {"static_folder": str(tmp_path), "static_url_path": "/static"}
    files = Blueprint("files", __name__, url_prefix="/files", **folder)
    within = Blueprint("within", __name__, url_prefix="/within", **folder)
    files.register_blueprint(within)
    named = Blueprint("named", __name__, url_prefix="/named")
    named.add_url_rule("/<path:filename>", "static", lambda filename: "a view")
    for blueprint in (files, named):
        app.register_blueprint(blueprint)
    return app


@pytest.mark.parametrize("path", ["/files/static/style.css", "/files/within/static/style.css"])
@pytest.mark.parametrize("signed_in", [False, True])
def test_the_files_of_a_blueprint_are_public_and_cost_no_statement(
    extended: Flask, user: str, path: str, signed_in: bool
) -> None:
    browser = Browser(extended)
    if signed_in:
        browser.login()
    with statements(extended) as run:
        answer = browser.get(path)
    assert (answer.status_code, answer.text) == (200, "p {}")
    assert not run
    assert answer.headers["Cache-Control"] != "no-store"
    assert "Set-Cookie" not in answer.headers


def test_a_view_is_no_file_whatever_its_name(extended: Flask, user: str) -> None:
    browser = Browser(extended)
    assert browser.get("/named/style.css").location == "/auth/login?next=/named/style.css"
    browser.login()
    answer = browser.get("/named/style.css")
    assert answer.text == "a view"
    assert answer.headers["Cache-Control"] == "no-store"
