"""Behave as a browser does, and read the raw responses."""

import base64
import binascii
import html
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from flask import Flask, session
from flask.sessions import SessionMixin
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.auth.guards import login_not_required
from {{ cookiecutter.project_slug }}.auth.sessions import load_user

from .logs import overhear

APP_NAME = "Acme Portal"
ORIGIN = "https://app.example"
EMAIL = "ana@example.com"
PASSWORD = "correct horse battery staple"
# Renaming this cookie would end every session.
SESSION = "__Host-{{ cookiecutter.project_slug }}-session"
AUTH = "__Host-{{ cookiecutter.project_slug }}-auth"
KNOWN = "__Host-{{ cookiecutter.project_slug }}-browser"
LANGUAGE = "__Host-{{ cookiecutter.project_slug }}-language"

NOWHERE = "/no/such/page"
LOCALHOST = "http://localhost:5000"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
View = Callable[[], ResponseReturnValue]


class Browser(FlaskClient):
    """A client that sends `Sec-Fetch-Site: same-origin`, as a form of the app does."""

    def __init__(self, app: Flask, *, origin: str = ORIGIN) -> None:
        super().__init__(app, app.response_class)
        self.origin = origin
        self.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        self.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("base_url", self.origin)
        # Read the whole response, so that files are closed.
        kwargs.setdefault("buffered", True)
        answer = super().open(*args, **kwargs)
        if "input_stream" not in kwargs:
            for sent in (*answer.history, answer):
                # Werkzeug stores an upload over 500 KB in a file, and leaves it open.
                sent.request.environ["wsgi.input"].close()
        overhear(args[0] if args else None, kwargs.get("data"), answer)
        return answer

    @contextmanager
    def session_transaction(self, *args: Any, **kwargs: Any) -> Iterator[SessionMixin]:
        """Read and change `flask.session` between two requests, as in Flask's own client.

        Flask's version knows neither our origin nor sessions in the database.
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
        """Return the name of the signed-in user from the profile page; "" for a visitor."""
        field = r'<input(?=[^>]* name="name")[^>]* value="([^"]*)"'
        found = re.search(field, self.get("/account/").text)
        return html.unescape(found[1]) if found else ""

    @property
    def home(self) -> str:
        """Return the path of the first page: you may have moved it."""
        return self.application.url_map.bind("").build("pages.home")

    def cookies(self) -> dict[str, str]:
        """Return the cookies that the browser holds, by name."""
        return {cookie.key: cookie.value for cookie in (self._cookies or {}).values()}

    def jar(self) -> dict[str, str]:
        """Return the cookies that carry the session."""
        # In development the name has no prefix.
        return {name: text for name, text in self.cookies().items() if not KNOWN.endswith(name)}

    def keep(self, cookies: dict[str, str]) -> None:
        """Put cookies back, as an attacker with an earlier copy would."""
        host = urlsplit(self.origin).hostname or ""
        for name, value in cookies.items():
            self.set_cookie(name, value, domain=host)


class SetCookie(NamedTuple):
    """A Set-Cookie line; attribute names are in lower case."""

    line: str
    name: str
    value: str
    attributes: dict[str, str]

    @property
    def deletes(self) -> bool:
        return self.attributes.get("max-age") == "0"

    @property
    def readable(self) -> bytes:
        """Return everything that can be read from the cookie without a key."""
        found = [self.value.encode()]
        for part in self.value.split("."):
            with suppress(binascii.Error, zlib.error):
                found.append(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
                found.append(zlib.decompress(found[-1]))
        return b"\n".join(found)


def set_cookies(response: TestResponse) -> list[SetCookie]:
    """Return all cookies that a response sets or deletes."""
    return [_parse(line) for line in response.headers.getlist("Set-Cookie")]


def session_cookies(response: TestResponse) -> list[SetCookie]:
    """Return the cookies of a response that carry the session."""
    return [cookie for cookie in set_cookies(response) if cookie.name != KNOWN]


def _parse(line: str) -> SetCookie:
    first, *rest = line.split("; ")
    name, _, value = first.partition("=")
    pairs = [part.partition("=") for part in rest]
    return SetCookie(line, name, value, {key.lower(): text for key, _, text in pairs})


def page(app: Flask, *, public: bool = False) -> Callable[[View], View]:
    """Add a page under the name of its function, before the app's first request.

    Paths of tests begin with `/test-`, so that none is one of yours.
    """

    def add(view: View) -> View:
        shown = login_not_required(view) if public else view
        app.add_url_rule(f"/test-{view.__name__}", view_func=shown, methods=["GET", "POST"])
        return view

    return add


def taken_by_catch_all(app: Flask, path: str) -> bool:
    """Tell whether a view of yours takes every address, and so this one too."""
    urls = app.url_map.bind("")
    return urls.test(NOWHERE) and urls.match(unquote(path))[0] == urls.match(NOWHERE)[0]


def keep_words(app: Flask) -> None:
    """Add a page that keeps a word in the session, and one that shows it."""

    @page(app, public=True)
    def keep() -> ResponseReturnValue:
        session["word"] = "green"
        return ""

    @page(app, public=True)
    def look() -> ResponseReturnValue:
        return str(session.get("word"))
