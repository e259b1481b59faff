"""Trust as many proxies as TRUSTED_PROXIES says, and no more."""

import logging
import threading
from collections.abc import Iterable
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from werkzeug.http import parse_list_header
from werkzeug.middleware.proxy_fix import ProxyFix

# As WSGI spells them.
FORWARDED = frozenset(
    {"HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"}
)
# Health checks come from the host, without a proxy in between.
HEALTH = "/healthz"
logger = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Take the visitor's address from these proxies; warn once if there are fewer.

    Never take the host: many proxies pass on a client's own X-Forwarded-Host. Take the scheme
    from PUBLIC_URL: the number of hops would not fit it (nginx sets X-Forwarded-Proto but
    appends to X-Forwarded-For).
    """
    # Werkzeug builds these redirects from the Host header: a cache could keep one to any host.
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    configured, warned = app.extensions["settings"], threading.Event()
    serve, hops = app.wsgi_app, configured.trusted_proxies
    if hops:
        serve = ProxyFix(serve, x_for=hops, x_proto=0, x_host=0, x_port=0, x_prefix=0)
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
