"""Only files in static/ are served, and the method of a request cannot be overridden."""

from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask

from ...conftest import MakeApp
from ...support.http import Browser
from ...support.sql import statements


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "FOO"])
def test_a_method_that_no_page_takes_is_refused(client: Browser, user: str, method: str) -> None:
    client.login()
    for path in ("/", "/auth/login", "/account/", "/static/style.css"):
        answer = client.open(path, method=method, headers={"X-Probe": "echo"})
        assert answer.status_code == 405, path
        assert "echo" not in answer.text


@pytest.fixture
def extended(make_app: MakeApp, tmp_path: Path) -> Flask:
    """Return an app with blueprints like those of extensions."""
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
