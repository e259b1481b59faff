"""A form acts only for the account that its page was shown to."""

import re
from io import BytesIO

import pytest
from flask import Flask, request
from flask.typing import ResponseReturnValue
from time_machine import TimeMachineFixture

from my_flask_app.config import MAX_BODY_BYTES

from ...auth.test_forms import switch_to_bob
from ...conftest import MakeApp
from ...support.accounts import add_user, watch_hashing
from ...support.html import form_at
from ...support.http import PASSWORD, Browser, page
from ...support.sql import rows

BOB = "bob@example.com"
MARK = re.compile("[0-9a-f]{16}")


@pytest.fixture
def ana(app: Flask, client: Browser, user: str) -> Browser:
    with app.app_context():
        add_user(BOB, name="Bob")
    client.login()
    return client


def test_a_stale_form_is_refused_before_any_other_check(
    app: Flask, ana: Browser, clock: TimeMachineFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = form_at(ana, "/account/password")
    switch_to_bob(ana)
    counted = rows(app, "SELECT * FROM throttles ORDER BY key")
    hashed: list[None] = []
    watch_hashing(monkeypatch, lambda: hashed.append(None))
    sent = {**form.fields, "current_password": PASSWORD, "password": "short"}
    assert ana.post("/account/password", data=sent).status_code == 409
    assert not hashed
    assert rows(app, "SELECT * FROM throttles ORDER BY key") == counted


def test_a_form_outlives_a_rotated_session_and_a_new_login(ana: Browser) -> None:
    form = form_at(ana, "/account/")
    assert MARK.fullmatch(form.fields["made_for"])
    sent = {**form.fields, "name": "Ana Maria", "language": "en"}
    assert ana.post("/auth/confirm", data={"password": PASSWORD}).status_code == 303
    assert ana.post("/account/", data=sent).status_code == 303
    ana.logout()
    ana.login()
    assert ana.post("/account/", data=sent).status_code == 303


def test_a_form_without_a_mark_is_accepted(ana: Browser) -> None:
    assert ana.post("/account/", data={"name": "Ana", "language": "en"}).status_code == 303


def test_a_visitor_is_asked_to_log_in_whatever_the_mark(ana: Browser) -> None:
    form = form_at(ana, "/account/")
    ana.logout()
    assert ana.post("/account/", data=form.fields).location == "/auth/login"


def test_a_program_is_refused_in_json(ana: Browser) -> None:
    accept = {"Accept": "application/json"}
    refused = ana.post("/account/", data={"made_for": "0" * 16}, headers=accept)
    assert refused.status_code == 409
    assert refused.json
    assert "Nothing was changed" in refused.json["error"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
def test_a_view_still_reads_the_body_as_it_likes(
    make_app: MakeApp, user: str, method: str, kind: str
) -> None:
    app = make_app()

    def echo() -> ResponseReturnValue:
        return request.stream.read()

    app.add_url_rule("/echo", view_func=echo, methods=[method])
    client = Browser(app)
    client.login()
    for mark, status in ((form_at(client, "/account/").fields["made_for"], 200), ("0" * 16, 409)):
        files = {"file": (BytesIO(b"content"), "name.txt")} if kind == "multipart" else {}
        answer = client.open("/echo", method=method, data={"made_for": mark, **files})
        assert answer.status_code == status
        assert (mark in answer.text) == (status == 200)


def test_only_forms_that_have_been_received_are_looked_at(make_app: MakeApp, user: str) -> None:
    app = make_app()

    @page(app)
    def upload() -> ResponseReturnValue:
        request.max_content_length = 2 * MAX_BODY_BYTES
        return str(len(request.get_data()))

    client = Browser(app)
    client.login()
    assert client.post("/test-upload", json={"made_for": "0" * 16}).status_code == 200
    large = {"made_for": "0" * 16, "text": "a" * MAX_BODY_BYTES}
    assert client.post("/test-upload", data=large).status_code == 200
