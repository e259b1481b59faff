"""Handle requests that no browser sends, and values that no database stores, without a 500."""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache
from io import BytesIO
from threading import Lock
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, request
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, ServiceUnavailable

from ...config import MAX_BODY_BYTES, RETRY_AFTER_SECONDS
from ..audit import client_address
from ..db import SAFE_METHODS, db
from ..throttle import network

# How many unfinished bodies a process waits for at once: in all, and per network. A client that
# sends one byte at a time occupies a thread. Pages still work, but further forms, logins among
# them, get 503: first those of its own network, and all of them only if it has several networks.
# A proxy that receives a whole body before it passes it on prevents this.
AT_ONCE = 32
AT_ONCE_PER_NETWORK = 8
_unfinished: Counter[str] = Counter()
_counting = Lock()
logger = logging.getLogger(__name__)


class Loader(NamedTuple):
    """Know by other means than cookies who makes a request.

    `is_used` tells by the headers alone whether the request uses these means. Then no cookie
    counts: `load` returns the user by one query, returns None for a visitor, or aborts.
    """

    is_used: Callable[[], bool]
    load: Callable[[], Any]
    # Browsers or proxies may add it by themselves, as they add cookies, Basic credentials and
    # client certificates: other sites could abuse it. False turns the cross-origin check off.
    ambient: bool = True


class PlainRequest(Request):
    """Read a request as a browser would have sent it."""

    def __init__(
        self, environ: dict[str, object], populate_request: bool = True, shallow: bool = False
    ) -> None:
        # With an invalid host, routing and url_for raise, even for the error page.
        if not _may_be_host(str(environ.get("HTTP_HOST", ""))):
            environ["HTTP_HOST"] = "invalid"
        # A proxy may pass on any scheme; unchecked, redirects would begin with it.
        if environ.get("wsgi.url_scheme") != "https":
            environ["wsgi.url_scheme"] = "http"
        super().__init__(environ, populate_request, shallow)
        if not self.query_string.isascii():
            # Werkzeug expects UTF-8, and raises when the query is first read.
            plain = re.sub(
                rb"[\x80-\xff]", lambda byte: b"%%%02X" % ord(byte[0]), self.query_string
            )
            self.query_string = plain
        if self.method == "HEAD":
            # Treat it as GET; the server drops the body. A view that tests for "GET" would
            # treat HEAD as a form, and the cross-origin check lets HEAD pass.
            self.method = "GET"

    @cached_property
    def loader(self) -> Loader | None:
        # Cached: the cross-origin check must not see another one than the guard.
        loaders: list[Loader] = current_app.extensions["loaders"]
        return next((loader for loader in loaders if loader.is_used()), None)


@contextmanager
def receiving_slot(where: str) -> Iterator[None]:
    """Hold a slot while a body arrives; raise ServiceUnavailable (503) if none is free."""
    with _counting:
        of_all, of_one = _unfinished.total(), _unfinished[where]
        if of_all >= AT_ONCE or of_one >= AT_ONCE_PER_NETWORK:
            message = "form refused: %s bodies are unfinished, %s of them from %s"
            logger.warning(message, of_all, of_one, where or "-")
            raise ServiceUnavailable(retry_after=RETRY_AFTER_SECONDS)
        _unfinished[where] += 1
    try:
        yield
    finally:
        with _counting:
            _unfinished[where] -= 1
            # An attacker may have many addresses: keep no counter at zero.
            if not _unfinished[where]:
                del _unfinished[where]


def receive_body() -> bytes:
    """Wait for the body of a request; raise an HTTPException (400, 413, 503) on failure.

    A view that reads it within its transaction would make all other writers wait for a slow
    client. A body announced as larger than `MAX_BODY_BYTES` is left to the view, which may
    allow it; a body of unknown length has to be smaller.
    """
    if request.method in SAFE_METHODS:
        return b""
    told = request.content_length
    if (told or 0) > MAX_BODY_BYTES:
        return b""
    with receiving_slot(network(client_address())):
        body = _read_body()
    if len(body) < (told or 0):
        # The connection broke: half a password must not pass for a whole one.
        raise BadRequest
    if len(body) >= MAX_BODY_BYTES and told != len(body):
        # Werkzeug truncated it.
        raise RequestEntityTooLarge
    # Let the view read the body in its own way.
    request.environ["wsgi.input"] = BytesIO(body)
    del request.stream
    return body


def _read_body() -> bytes:
    try:
        return request.get_data(cache=False)
    except HTTPException:
        raise
    except Exception:
        # The server's own errors quote the request, and the log would keep it.
        raise BadRequest from None


def loader() -> Loader | None:
    """Return what decides who makes the request; None if cookies do."""
    return cast(PlainRequest, request).loader


def is_by_program() -> bool:
    """Tell whether what decides can only come from a program, never from a browser."""
    used = loader()
    return used is not None and not used.ambient


def wants_json() -> bool:
    """Tell a script or a program, which cannot use a page, from a browser that opens one."""
    headers, sent = request.headers, request.authorization
    # A program that mistypes a path sends its token too.
    if is_by_program() or (sent and sent.type == "bearer"):
        return True
    if headers.get("Sec-Fetch-Mode", "navigate") != "navigate" or "HX-Request" in headers:
        return True
    if request.is_json:
        return True
    accepted = request.accept_mimetypes
    return accepted.best_match(["text/html", "application/json"]) == "application/json"


@lru_cache
def _may_be_host(text: str) -> bool:
    try:
        (urlsplit(f"//{text}").hostname or "").encode("idna")
    except ValueError:
        return False
    return True


def _name_bad_value(context: ExceptionContext) -> None:
    """Raise DataError for numbers beyond 64 bits and lone surrogates, with every driver."""
    error = context.original_exception
    if isinstance(error, OverflowError | UnicodeEncodeError):
        raise DataError(context.statement, None, error) from None


def init_app(app: Flask) -> None:
    app.request_class = PlainRequest
    app.extensions["loaders"] = list[Loader]()
    with app.app_context():
        event.listen(db.engine, "handle_error", _name_bad_value)
