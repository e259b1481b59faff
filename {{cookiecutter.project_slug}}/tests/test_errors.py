"""Every error is answered in the reader's language and format, and tells no secrets."""

import logging

import pytest
from flask import abort
from flask.typing import ResponseReturnValue

from {{ cookiecutter.project_slug }}.auth.guards import login_not_required

from .browser import Browser
from .conftest import MakeApp
from .inside import page
from .reading import needs_portuguese

JSON = {"Accept": "application/json"}
SECRET = "the view failed with a secret"
STATUSES = [400, 403, 404, 405, 409, 413, 418, 422, 429, 500, 503]


@pytest.fixture
def failing(make_app: MakeApp) -> Browser:
    """Return a browser on an app that fails as it is told."""
    app = make_app()
    # As it is outside tests: an error is answered, not raised.
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @page(app, public=True)
    def crash() -> ResponseReturnValue:
        raise RuntimeError(SECRET)

    @page(app, public=True)
    def explain() -> ResponseReturnValue:
        abort(403, "Only on Sundays.")

    @app.get("/<int:status>")
    @login_not_required
    def fail(status: int) -> ResponseReturnValue:
        abort(status)

    return Browser(app)


def test_an_error_is_a_page_of_ours(failing: Browser) -> None:
    for status in STATUSES:
        answer = failing.get(f"/{status}")
        assert answer.status_code == status
        assert answer.mimetype == "text/html"
        assert "</main>" in answer.text


def test_who_asks_for_json_gets_it(failing: Browser) -> None:
    for status in STATUSES:
        answer = failing.get(f"/{status}", headers=JSON)
        assert answer.status_code == status
        assert answer.json is not None
        assert set(answer.json) == {"error"}
        assert answer.json["error"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html", "text/html"),
        ("text/html,application/json;q=0.9", "text/html"),
        ("*/*", "text/html"),
        ("image/png", "text/html"),
        ("application/json", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("application/json;q=0.9,text/html;q=0.1", "application/json"),
    ],
)
def test_the_format_is_the_one_that_is_liked_best(client: Browser, accept: str, kind: str) -> None:
    assert client.get("/nowhere", headers={"Accept": accept}).mimetype == kind


@needs_portuguese
def test_an_error_is_told_in_the_readers_language(client: Browser) -> None:
    texts = set()
    for language in ("en", "pt-BR"):
        headers = {"Accept-Language": language}
        answer = client.get("/nowhere", headers=headers)
        assert f'<html lang="{language}">' in answer.text
        texts.add(client.get("/nowhere", headers=JSON | headers).text)
    assert len(texts) == 2


@pytest.mark.parametrize("headers", [{}, JSON])
def test_a_crash_is_logged_and_told_to_nobody(
    failing: Browser, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = failing.get("/crash", headers=headers)
    assert answer.status_code == 500
    assert SECRET in caplog.text
    assert SECRET not in answer.text
    assert "RuntimeError" not in answer.text
    assert "Traceback" not in answer.text


def test_a_reason_of_ones_own_is_shown(failing: Browser) -> None:
    assert "Only on Sundays." in failing.get("/explain").text
    assert failing.get("/explain", headers=JSON).json == {"error": "Only on Sundays."}


def test_a_wrong_method_is_told_the_right_ones(client: Browser) -> None:
    answer = client.get("/auth/logout")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_an_answer_that_a_view_aborts_with_is_left_alone(make_app: MakeApp) -> None:
    app = make_app()

    @page(app, public=True)
    def teapot() -> ResponseReturnValue:
        abort(app.response_class("short and stout", 418))

    answer = Browser(app).get("/teapot")
    assert (answer.status_code, answer.text) == (418, "short and stout")


def test_a_missing_file_is_answered_in_one_line(client: Browser) -> None:
    answer = client.get("/static/none")
    assert answer.status_code == 404
    assert "</header>" not in answer.text
