"""Help developers: say which view of theirs has just asked for login."""

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from ..config import settings
from .guards import is_public


def closed_view() -> str | None:
    """Return the endpoint behind `next`, in development alone, if it is closed."""
    if not settings().development:
        return None
    try:
        path = urlsplit(request.args.get("next", "")).path
        endpoint, _ = current_app.url_map.bind("").match(path or "/")
    except (HTTPException, RequestRedirect, ValueError):
        return None
    return None if is_public(endpoint) else str(endpoint)
