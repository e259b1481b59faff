"""Take what no browser sends, and refuse what no database holds, without failing."""

import re
from functools import lru_cache
from io import BytesIO
from threading import BoundedSemaphore
from urllib.parse import urlsplit

from flask import Flask, Request, request
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError
from werkzeug.exceptions import (
    BadRequest,
    ClientDisconnected,
    HTTPException,
    RequestEntityTooLarge,
    ServiceUnavailable,
)

from .config import MAX_BODY_BYTES, RETRY_AFTER_SECONDS
from .db import SAFE_METHODS, db

# So many bodies are waited for at once, in each process. Who sends one a byte at a time keeps
# a thread for it: some are left for other pages, and for logins (see gunicorn.conf.py).
AT_ONCE = 32
receiving = BoundedSemaphore(AT_ONCE)


class PlainRequest(Request):
    """Read a request as a browser would have sent it."""

    def __init__(
        self, environ: dict[str, object], populate_request: bool = True, shallow: bool = False
    ) -> None:
        # To route and to build addresses would raise, for the error page as well.
        if not _may_be_host(str(environ.get("HTTP_HOST", ""))):
            environ["HTTP_HOST"] = "invalid"
        # What a proxy forwards unseen would stand before our name in a redirect.
        if environ.get("wsgi.url_scheme") != "https":
            environ["wsgi.url_scheme"] = "http"
        super().__init__(environ, populate_request, shallow)
        # Werkzeug counts on UTF-8, and raises at the first look into the query.
        self.query_string = re.sub(rb"[\x80-\xff]", _quote, self.query_string)
        if self.method == "HEAD":
            # The same but for the body, which the server leaves out. A view that asks
            # for GET would take it for a form, and no gate stands before a HEAD.
            self.method = "GET"


def receive_body() -> None:
    """Wait for the body of a request; raise an HTTPException (400, 413, 503) if it cannot be had.

    In a view's transaction all other writers would wait with it for somebody who sends a
    byte at a time. One of more than `MAX_BODY_BYTES` is left to the view, which may allow
    it; where its length is untold there have to be fewer.
    """
    if request.method in SAFE_METHODS:
        return
    told = request.content_length
    if (told or 0) > MAX_BODY_BYTES:
        return
    if not receiving.acquire(blocking=False):
        raise ServiceUnavailable(retry_after=RETRY_AFTER_SECONDS)
    try:
        body = request.get_data(cache=False)
    except HTTPException:
        raise
    except Exception:
        # What servers raise of their own quotes what was sent, for the log to keep.
        raise BadRequest from None
    finally:
        receiving.release()
    if len(body) < (told or 0):
        # Half a password is one as well.
        raise ClientDisconnected
    if len(body) >= MAX_BODY_BYTES and told != len(body):
        # Werkzeug cut it off.
        raise RequestEntityTooLarge
    # The view reads it as it likes, and as much of it.
    request.environ["wsgi.input"] = BytesIO(body)
    del request.stream


@lru_cache
def _may_be_host(text: str) -> bool:
    try:
        (urlsplit(f"//{text}").hostname or "").encode("idna")
    except ValueError:
        return False
    return True


def _quote(byte: re.Match[bytes]) -> bytes:
    return b"%%%02X" % ord(byte[0])


def _name_bad_value(context: ExceptionContext) -> None:
    """Give one name to what drivers say of numbers beyond 64 bits and of half characters."""
    error = context.original_exception
    if isinstance(error, OverflowError | UnicodeEncodeError):
        raise DataError(context.statement, None, error) from None


def init_app(app: Flask) -> None:
    app.request_class = PlainRequest
    with app.app_context():
        event.listen(db.engine, "handle_error", _name_bad_value)
