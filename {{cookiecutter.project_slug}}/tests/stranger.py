"""Send requests as they are told: by a program that knows no rule of HTTP, not a browser."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import Flask
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from .browser import ORIGIN
from .judging import check

USUAL = {"REMOTE_ADDR": "127.0.0.1", "HTTP_SEC_FETCH_SITE": "same-origin"}


class Stranger:
    """Ask with any headers, spelt as WSGI hands them on, or without; judge each answer.

    The clients of Flask and Werkzeug stumble over some hosts themselves.
    """

    def __init__(self, app: Flask, *, origin: str = ORIGIN) -> None:
        self.app = app
        self._origin = origin

    def ask(
        self,
        path: str,
        environ: Mapping[str, str | None] = MappingProxyType({}),
        *,
        method: str = "GET",
        cookies: dict[str, str] | None = None,
        data: dict[str, str] | bytes = b"",
    ) -> TestResponse:
        cookie = "; ".join(f"{name}={text}" for name, text in (cookies or {}).items())
        said = {**USUAL, "HTTP_COOKIE": cookie, **environ}
        builder = EnvironBuilder(
            path,
            base_url=self._origin,
            environ_overrides={name: text for name, text in said.items() if text is not None},
            method=method,
            data=data,
        )
        sent = builder.get_request()
        answer = TestResponse(*run_wsgi_app(self.app, sent.environ, buffered=True), sent)
        builder.close()
        check(answer)
        return answer
