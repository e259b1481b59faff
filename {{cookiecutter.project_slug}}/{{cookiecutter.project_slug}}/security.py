"""Refuse what other sites send in a user's name; tell browsers what to forbid."""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, abort, request
from werkzeug.http import parse_set_header
from werkzeug.middleware.proxy_fix import ProxyFix

from .config import settings
from .db import SAFE_METHODS
from .i18n import gettext as _

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    # Not `no-referrer`: it would make browsers send `Origin: null` with forms.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
# Every page looks at the session, if only to show who is signed in; one that a view
# lets caches keep must still not be shown to somebody else.
PAGE_HEADERS = (*HEADERS, ("Cache-Control", "no-store"), ("Vary", "Cookie"))
HSTS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
# As WSGI spells them.
FORWARDED = frozenset(
    {"HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"}
)
Headers = list[tuple[str, str]]
logger = logging.getLogger(__name__)


def _refuse_cross_origin() -> None:
    """Refuse unsafe requests that a page of ours did not make.

    Browsers say where a request comes from, and pages cannot change what they
    say; so no form needs a token (OWASP CSRF Prevention, Fetch Metadata).
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            _refuse(site)
        return
    # Old browsers, and plain http on a local network, send no Sec-Fetch-Site.
    origin = request.headers.get("Origin")
    if origin is not None:
        if origin != our_origin():
            _refuse(origin)
        return
    if any(map(settings().is_own_cookie, request.cookies)):
        _refuse("neither Sec-Fetch-Site nor Origin")


def our_origin() -> str:
    """Return what browsers call us; the Host header may be a proxy's word for it."""
    configured = settings()
    if configured.public_url is not None and not configured.development:
        return configured.public_url
    return request.host_url.rstrip("/")


def _refuse(said: str) -> None:
    logger.warning("cross-origin %s refused: %.80r", request.method, said)
    abort(
        403,
        _(
            "This request did not come from a page of this site, so it was not "
            "carried out. Open the page here and try again."
        ),
    )


def _set_headers(app: Flask) -> None:
    """Add what every response carries, unless the view has said otherwise.

    Around the whole app, so that it works even where a hook of Flask's has failed.
    """
    serve = app.wsgi_app

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: Headers, *more: Any) -> Callable[[bytes], object]:
            said = {name.lower(): value for name, value in headers}
            if "cookie" not in parse_set_header(said.get("vary")):
                # A line of its own adds to what the view depends on.
                said.pop("vary", None)
            wanted = HEADERS if request.endpoint == "static" else PAGE_HEADERS
            if environ["wsgi.url_scheme"] == "https":
                wanted = (*wanted, HSTS)
            headers += [header for header in wanted if header[0].lower() not in said]
            return start_response(status, headers, *more)

        return serve(environ, start)

    app.wsgi_app = respond  # type: ignore[method-assign]


def _warn_of_forwarded(app: Flask) -> None:
    """Say once that a proxy seems to stand in front and is not trusted."""
    warned = threading.Event()
    serve = app.wsgi_app

    def look(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not warned.is_set() and not environ.keys().isdisjoint(FORWARDED):
            warned.set()
            logger.warning("forwarded headers are ignored: TRUSTED_PROXIES is 0")
        return serve(environ, start_response)

    app.wsgi_app = look  # type: ignore[method-assign]


def init_app(app: Flask) -> None:
    _set_headers(app)
    hops = app.extensions["settings"].trusted_proxies
    if hops:
        # Never the host: a client's own X-Forwarded-Host passes through many proxies.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_port=0, x_prefix=0
        )
    else:
        _warn_of_forwarded(app)
    app.before_request(_refuse_cross_origin)
