"""The app receives a body before it does anything else, so a slow sender blocks no other user."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, request
from flask.typing import ResponseReturnValue

from {{ cookiecutter.project_slug }}.core.db import db

from ..conftest import MakeApp
from ..support.http import Browser, page
from ..support.sql import leave_undone, meanwhile, rows

MULTIPART = "multipart/form-data; boundary=x"


class Body(BytesIO):
    """A request body that notes whether a transaction is open at each read."""

    def __init__(self, text: bytes, then: Callable[[], object] = lambda: None) -> None:
        super().__init__(text)
        self.seen: list[bool] = []
        self._then = then

    def readinto(self, buffer: Any, /) -> int:
        self.seen.append(db.session.in_transaction())
        meanwhile(self._then)
        return super().readinto(buffer)


def add_late(app: Flask) -> None:
    """Add a view that writes before it reads a body."""

    @page(app, public=True)
    def late() -> ResponseReturnValue:
        leave_undone("undone@example.com")
        if request.is_json:
            return str(request.json)
        # The view can still read a body of any kind.
        return request.form.get("word") or request.stream.read()


@pytest.mark.parametrize("untold", [False, True])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"word=slow", "application/x-www-form-urlencoded"),
        (b'--x\r\nContent-Disposition: form-data; name="word"\r\n\r\nslow\r\n--x--', MULTIPART),
        (b'{"word":"slow"}', "application/json"),
        (b"slow", "application/octet-stream"),
    ],
)
def test_no_transaction_is_open_while_a_body_arrives(
    configure: MakeApp, text: bytes, kind: str, untold: bool
) -> None:
    body = Body(text)
    chunked = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""} if untold else {}
    answer = Browser(configure(add_late)).post(
        "/late",
        input_stream=body,
        content_length=len(text),
        content_type=kind,
        environ_overrides=chunked,
    )
    assert "slow" in answer.text
    assert body.seen
    assert not any(body.seen)


def test_the_guard_checks_the_session_after_the_body_has_arrived(
    client: Browser, user: str
) -> None:
    """Otherwise a thief could send half a form and finish it after the session has ended."""
    client.login()
    thief = Browser(client.application)
    thief.keep(client.jar())
    body = Body(b"name=Thief&language=en", then=client.logout)
    kind = "application/x-www-form-urlencoded"
    answer = thief.post("/account/", input_stream=body, content_length=22, content_type=kind)
    assert answer.status_code == 303
    assert rows(client.application, "SELECT name FROM users") == [{"name": "Ana"}]
