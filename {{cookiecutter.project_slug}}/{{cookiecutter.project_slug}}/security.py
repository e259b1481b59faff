"""Refuse what other sites send in a user's name; tell browsers what to forbid."""

import logging
import threading

from flask import Flask, Response, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix

from .config import Settings, settings
from .db import SAFE_METHODS
from .i18n import gettext as _

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
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
    if not settings().own_cookies.isdisjoint(request.cookies):
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


def _set_headers(response: Response) -> Response:
    """Add what every response carries, unless the view has said otherwise."""
    wanted = HEADERS if request.endpoint == "static" else PAGE_HEADERS
    if request.is_secure:
        wanted = (*wanted, HSTS)
    # Looked through once: `setdefault` would do so for each of them.
    said = {name.lower() for name, _value in response.headers}
    missing = [header for header in wanted if header[0].lower() not in said]
    response.headers.extend(missing)
    if "vary" in said and request.endpoint != "static":
        response.vary.add("Cookie")
    return response


def _warn_of_forwarded(app: Flask) -> None:
    """Say once that a proxy seems to stand in front and is not trusted."""
    warned = threading.Event()

    @app.before_request
    def warn() -> None:
        if warned.is_set() or request.environ.keys().isdisjoint(FORWARDED):
            return
        warned.set()
        logger.warning("forwarded headers are ignored: TRUSTED_PROXIES is 0")


def init_app(app: Flask, settings: Settings) -> None:
    hops = settings.trusted_proxies
    if hops:
        # Never the host: a client's own X-Forwarded-Host passes through many proxies.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_port=0, x_prefix=0
        )
    else:
        _warn_of_forwarded(app)
    app.before_request(_refuse_cross_origin)
    app.after_request(_set_headers)
