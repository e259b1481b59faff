"""Behave as a browser does: keep cookies, and say where a request comes from."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from .secrecy import overhear

APP_NAME = "Acme Portal"
ORIGIN = "https://app.example"
EMAIL = "ana@example.com"
PASSWORD = "correct horse battery staple"
# Another name would end every session.
SESSION = "__Host-{{ cookiecutter.project_slug }}-session"
AUTH = "__Host-{{ cookiecutter.project_slug }}-auth"
KNOWN = "__Host-{{ cookiecutter.project_slug }}-browser"


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
        overhear(args[0] if args else None, kwargs.get("data"), answer)
        return answer

    def login(self, email: str = EMAIL, password: str = PASSWORD, **more: str) -> TestResponse:
        data = {"email": email, "password": password, **more}
        return self.post("/auth/login", data=data)

    def logout(self) -> TestResponse:
        return self.post("/auth/logout")

    def is_signed_in(self) -> bool:
        return self.get("/account/").status_code == 200

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
