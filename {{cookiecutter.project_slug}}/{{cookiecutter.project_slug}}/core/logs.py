"""Write the log as hosting platforms read it: one line of JSON per event."""

import logging
import re
import secrets
import sys
from types import TracebackType
from typing import TextIO, cast

from flask import Flask, Response, g, has_request_context, request
from pythonjsonlogger.json import JsonFormatter

from ..config import settings

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[\w.-]{8,64}", re.ASCII)
ExcInfo = tuple[type, BaseException, TracebackType] | tuple[None, None, None]


def to_stdout() -> None:
    """Log the app and its libraries to stdout, unless the host has set up logging itself."""
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(handler(sys.stdout))


def handler(stream: TextIO) -> logging.Handler:
    """Return a handler that writes time (UTC, RFC 3339), level, logger, message and request."""
    written = logging.StreamHandler(stream)
    fields = "{levelname}{name}{message}"
    written.setFormatter(JsonFormatter(fields, style="{", timestamp=True))
    written.addFilter(_name_request)
    return written


def request_id() -> str:
    """Return the id of this request: a trusted proxy's, or a random one."""
    found = g.get("request_id")
    if found is None:
        said = request.headers.get(HEADER, "") if settings().trusted_proxies else ""
        found = g.request_id = said if WELL_FORMED.fullmatch(said) else secrets.token_hex(16)
    return cast(str, found)


def _name_request(record: logging.LogRecord) -> bool:
    if has_request_context():
        record.request = request_id()
    return True


def _tell_request(response: Response) -> Response:
    """Return the request's id to the client, so that a report can name its log lines."""
    response.headers[HEADER] = request_id()
    return response


def init_app(app: Flask) -> None:
    def log_exception(exc_info: ExcInfo) -> None:
        # Flask would log the path, which contains the token of a mailed link.
        app.logger.error("%s %s failed", request.method, request.url_rule, exc_info=exc_info)

    app.log_exception = log_exception  # type: ignore[method-assign]
    app.after_request(_tell_request)
