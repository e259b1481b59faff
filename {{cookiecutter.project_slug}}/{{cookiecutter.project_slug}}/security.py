"""Refuse what other sites send in a user's name; tell browsers what to forbid."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, abort, current_app, request
from werkzeug.http import parse_list_header, parse_set_header
from werkzeug.middleware.proxy_fix import ProxyFix

from .config import CONTENT_SECURITY_POLICY, Settings, settings
from .db import SAFE_METHODS
from .i18n import gettext as _

HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    # Not `no-referrer`: it would make browsers send `Origin: null` with forms.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
# Every page looks at the session, if only to show who is signed in; one that a view
# lets caches keep must still not be shown to somebody else.
PRIVATE_HEADERS = (("Cache-Control", "no-store"), ("Vary", "Cookie"))
HSTS_SECONDS = 365 * 24 * 60 * 60
# As WSGI spells them.
FORWARDED = frozenset(
    {"HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"}
)
# The host asks for the app's health without a proxy in between.
HEALTH = "/healthz"
# Where browsers report what the policy blocked, in development alone: see dev.py.
BLOCKED = "/dev/blocked"
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
    origin = our_origin()
    logger.warning("cross-origin %s refused: %.80r; we are %s", request.method, said, origin)
    text = _(
        "This request did not come from a page of this site, so it was not "
        "carried out. Open the page here and try again."
    )
    if settings().development:
        text += " " + _(
            "Development: browsers say by themselves which site a request comes from. A program "
            "sends “Origin: %(origin)s”, or none of our cookies.",
            origin=origin,
        )
    abort(403, text)


def is_file(endpoint: str | None) -> bool:
    """Tell whether an endpoint serves a static folder, the app's or a blueprint's."""
    owner, _dot, name = (endpoint or "").rpartition(".")
    if name != "static":
        return False
    if not owner:
        return current_app.has_static_folder
    # Not by the name alone: a view of a blueprint may have it, too, and stays closed.
    view = current_app.view_functions[f"{owner}.{name}"]
    return view == getattr(current_app.blueprints.get(owner), "send_static_file", None)


def _set_headers(app: Flask) -> None:
    """Add what every response carries, unless the view has said otherwise.

    Around the whole app, so that it works even where a hook of Flask's has failed.
    """
    serve = app.wsgi_app
    for_files = (*HEADERS, *_configured_headers(app.extensions["settings"]))
    for_pages = (*for_files, *PRIVATE_HEADERS)

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: Headers, *more: Any) -> Callable[[bytes], object]:
            said = {name.lower(): value for name, value in headers}
            if "cookie" not in parse_set_header(said.get("vary")):
                # A line of its own adds to what the view depends on.
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


def _trust_proxies(app: Flask, hops: int) -> None:
    """Take the visitor's address from so many proxies; say once if there are not as many.

    Never the host: a client's own X-Forwarded-Host passes through many proxies. The
    scheme is known: proxies that count differently for it would hide it (nginx sets
    X-Forwarded-Proto and appends to X-Forwarded-For).
    """
    warned = threading.Event()
    serve = app.wsgi_app
    if hops:
        serve = ProxyFix(serve, x_for=hops, x_proto=0, x_host=0, x_port=0, x_prefix=0)
    configured = app.extensions["settings"]
    scheme = None if configured.development else urlsplit(configured.public_url or "").scheme

    def look(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not warned.is_set() and (problem := _miscount(environ, hops)):
            warned.set()
            logger.warning("%s: TRUSTED_PROXIES is %d", problem, hops)
        if scheme:
            environ["wsgi.url_scheme"] = scheme
        return serve(environ, start_response)

    app.wsgi_app = look  # type: ignore[method-assign]


def _miscount(environ: WSGIEnvironment, hops: int) -> str | None:
    if not hops:
        return None if environ.keys().isdisjoint(FORWARDED) else "forwarded headers are ignored"
    if environ.get("PATH_INFO") == HEALTH:
        return None
    found = len(parse_list_header(environ.get("HTTP_X_FORWARDED_FOR", "")))
    if found >= hops:
        return None
    return f"X-Forwarded-For holds {found}, so visitors share the address of a proxy"


def init_app(app: Flask) -> None:
    # Werkzeug builds their redirects from the Host header: a cache could keep one to any host.
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    _set_headers(app)
    _trust_proxies(app, app.extensions["settings"].trusted_proxies)
    app.before_request(_refuse_cross_origin)
