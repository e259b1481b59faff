"""Every error is answered in the user's language and format, and reveals no secrets."""

import pytest
from flask import abort, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, default_exceptions

from my_flask_app.auth.guards import login_not_required

from ...conftest import MakeApp
from ...core import test_errors
from ...support.html import needs_portuguese
from ...support.http import Browser, page

failing = test_errors.failing

JSON = {"Accept": "application/json"}
REASON = "Only on <Sundays>."
LOCALHOST = "http://localhost:5000"
REFUSALS = [400, 403, 404, 405, 409, 410, 413, 415, 418, 422, 429]


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
def test_the_format_is_the_one_that_the_client_prefers(
    client: Browser, accept: str, kind: str
) -> None:
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


@pytest.mark.parametrize("status", [500, 502, 503])
def test_the_reason_of_a_failure_is_not(failing: Browser, status: int) -> None:
    assert "Sundays" not in failing.get(f"/{status}/why").text


def test_a_reason_of_the_library_is_put_into_our_words(failing: Browser) -> None:
    for status in REFUSALS:
        standard = str(default_exceptions[status].description)
        answer = failing.get(f"/{status}", headers=JSON)
        assert answer.json is not None
        assert answer.json["error"] not in {standard, "None", ""}


def test_the_error_of_an_extension_keeps_its_reason(make_app: MakeApp) -> None:
    app = make_app()

    class CSRFError(BadRequest):
        """Look like the error of Flask-WTF."""

        description = "CSRF validation failed."

    @page(app, public=True)
    def protected() -> ResponseReturnValue:
        raise CSRFError("The CSRF token is missing.")

    assert "The CSRF token is missing." in Browser(app).get("/test-protected").text


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (400, "A field that the view reads is missing"),
        (404, "See “flask routes”"),
        (405, "See “flask routes”"),
        (409, "Let it give a reason"),
        (413, "“request.max_content_length = "),
    ],
)
def test_development_says_what_to_do_about_a_refusal(
    make_app: MakeApp, caplog: pytest.LogCaptureFixture, status: int, hint: str
) -> None:
    for development in (True, False):
        app = make_app(development=development, public_url=LOCALHOST)

        @app.get("/refused")
        @login_not_required
        def refuse() -> ResponseReturnValue:
            abort(status)

        browser = Browser(app, origin=LOCALHOST)
        caplog.clear()
        told = browser.get("/refused", headers=JSON).json
        assert told is not None
        for text in (told["error"], browser.get("/refused").text, caplog.text):
            assert (hint in text) == development
        assert (f"refuse answers {status}: " in caplog.text) == development


@pytest.mark.parametrize("status", [400, 404, 409, 413])
def test_development_logs_the_reason_that_a_view_gives(
    make_app: MakeApp, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    app = make_app(development=True, public_url=LOCALHOST)

    @page(app, public=True)
    def refuse() -> ResponseReturnValue:
        abort(status, REASON)

    told = Browser(app, origin=LOCALHOST).get("/test-refuse", headers=JSON).json
    assert told == {"error": REASON}
    assert f"refuse answers {status}: {REASON}" in caplog.text


def test_development_names_the_field_that_was_not_sent(make_app: MakeApp) -> None:
    app = make_app(development=True, public_url=LOCALHOST)
    # `flask run --debug` sets this.
    app.debug = True

    @page(app, public=True)
    def read() -> ResponseReturnValue:
        return request.form["title"]

    assert "KeyError: &#39;title&#39;" in Browser(app, origin=LOCALHOST).post("/test-read").text


def test_a_wrong_method_is_told_the_right_ones(client: Browser) -> None:
    answer = client.get("/auth/logout")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_an_answer_that_a_view_aborts_with_is_left_alone(make_app: MakeApp) -> None:
    app = make_app()

    @page(app, public=True)
    def teapot() -> ResponseReturnValue:
        abort(app.response_class("short and stout", 418))

    answer = Browser(app).get("/test-teapot")
    assert (answer.status_code, answer.text) == (418, "short and stout")


def test_a_missing_file_is_answered_in_one_line(client: Browser) -> None:
    answer = client.get("/static/none")
    assert answer.status_code == 404
    assert "</header>" not in answer.text
