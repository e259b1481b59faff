"""Set security headers on every response."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, current_app, request
from werkzeug.http import parse_set_header

from ...config import CONTENT_SECURITY_POLICY, Settings

HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    # Not `no-referrer`: it would make browsers send `Origin: null` with forms.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
# Every page reads the session, if only to show the user's name; a page that a view lets
# caches keep must still not be shown to another user.
PRIVATE_HEADERS = (("Cache-Control", "no-store"), ("Vary", "Cookie"))
HSTS_SECONDS = 365 * 24 * 60 * 60
# Where browsers report what the policy blocked, in development only: see auth/dev.py.
BLOCKED = "/dev/blocked"
Headers = list[tuple[str, str]]


def is_file(endpoint: str | None) -> bool:
    """Tell whether an endpoint serves a static folder, the app's or a blueprint's."""
    owner, _dot, name = (endpoint or "").rpartition(".")
    if name != "static":
        return False
    if not owner:
        return current_app.has_static_folder
    # The name is not enough: a blueprint's own view may have it too, and stays closed.
    view = current_app.view_functions[f"{owner}.{name}"]
    return view == getattr(current_app.blueprints.get(owner), "send_static_file", None)


def init_app(app: Flask) -> None:
    """Add the headers of every response, unless the view has set them.

    This wraps the whole app, so that it works even if one of Flask's hooks has failed.
    """
    serve = app.wsgi_app
    for_files = (*HEADERS, *_configured_headers(app.extensions["settings"]))
    for_pages = (*for_files, *PRIVATE_HEADERS)

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: Headers, *more: Any) -> Callable[[bytes], object]:
            said = {name.lower(): value for name, value in headers}
            if "vary" in said and "cookie" not in parse_set_header(said["vary"]):
                # A second Vary header adds to the view's own.
                said.pop("vary", None)
            wanted = for_files if is_file(request.endpoint) else for_pages
            headers += [header for header in wanted if header[0].lower() not in said]
            return start_response(status, headers, *more)

        return serve(environ, start)

    app.wsgi_app = respond  # type: ignore[method-assign]


def _configured_headers(settings: Settings) -> Iterator[tuple[str, str]]:
    policy = "; ".join(CONTENT_SECURITY_POLICY)
    if settings.development:
        yield "Content-Security-Policy", f"{policy}; report-uri {BLOCKED}"
        return
    yield "Content-Security-Policy", policy
    if (settings.public_url or "").startswith("https:"):
        covered = "; includeSubDomains" if settings.hsts_subdomains else ""
        yield "Strict-Transport-Security", f"max-age={HSTS_SECONDS}{covered}"
