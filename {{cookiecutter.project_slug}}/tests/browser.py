"""Behave as a browser does: keep cookies, and say where a request comes from."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.sessions import SessionMixin
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.auth.sessions import load_user

from .secrecy import overhear

APP_NAME = "Acme Portal"
ORIGIN = "https://app.example"
EMAIL = "ana@example.com"
PASSWORD = "correct horse battery staple"
# Another name would end every session.
SESSION = "__Host-{{ cookiecutter.project_slug }}-session"
AUTH = "__Host-{{ cookiecutter.project_slug }}-auth"
KNOWN = "__Host-{{ cookiecutter.project_slug }}-browser"
LANGUAGE = "__Host-{{ cookiecutter.project_slug }}-language"


class Browser(FlaskClient):
    """Send `Sec-Fetch-Site: same-origin`, as a form on a page of ours would."""

    def __init__(self, app: Flask, *, origin: str = ORIGIN) -> None:
        super().__init__(app, app.response_class)
        self.origin = origin
        self.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        self.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("base_url", self.origin)
        # Read to the end, so that files are closed.
        kwargs.setdefault("buffered", True)
        answer = super().open(*args, **kwargs)
        if "input_stream" not in kwargs:
            for sent in (*answer.history, answer):
                # Werkzeug keeps an upload of more than 500 KB in a file, and leaves it open.
                sent.request.environ["wsgi.input"].close()
        overhear(args[0] if args else None, kwargs.get("data"), answer)
        return answer

    @contextmanager
    def session_transaction(self, *args: Any, **kwargs: Any) -> Iterator[SessionMixin]:
        """Read and change `flask.session` between two requests, as Flask's own client does.

        That one knows neither our origin nor that a session may lie in the database.
        """
        kwargs.setdefault("base_url", self.origin)
        kwargs.setdefault("environ_base", self.environ_base)
        context = self.application.test_request_context(*args, **kwargs)
        self._add_cookies_to_wsgi(context.request.environ)
        with context:
            load_user()
            opened = context.session
        assert opened is not None
        yield opened
        answer = self.application.response_class()
        with context:
            self.application.session_interface.save_session(self.application, opened, answer)
        host, path = context.request.host.partition(":")[0], context.request.path
        self._update_cookies_from_response(host, path, answer.headers.getlist("Set-Cookie"))

    def login(self, email: str = EMAIL, password: str = PASSWORD, **more: str) -> TestResponse:
        data = {"email": email, "password": password, **more}
        return self.post("/auth/login", data=data)

    def logout(self) -> TestResponse:
        return self.post("/auth/logout")

    def is_signed_in(self) -> bool:
        return self.get("/account/").status_code == 200

    def name(self) -> str:
        """Return the name of whoever is signed in, from their own page; nothing for a visitor."""
        field = r'<input(?=[^>]* name="name")[^>]* value="([^"]*)"'
        found = re.search(field, self.get("/account/").text)
        return html.unescape(found[1]) if found else ""

    def cookies(self) -> dict[str, str]:
        """Return the cookies that the browser holds, by name."""
        return {cookie.key: cookie.value for cookie in (self._cookies or {}).values()}

    def jar(self) -> dict[str, str]:
        """Return those of them that a session lies in."""
        # In development the name is shorter.
        return {name: text for name, text in self.cookies().items() if not KNOWN.endswith(name)}

    def keep(self, cookies: dict[str, str]) -> None:
        """Put cookies back, as somebody would who copied them earlier."""
        host = urlsplit(self.origin).hostname or ""
        for name, value in cookies.items():
            self.set_cookie(name, value, domain=host)
