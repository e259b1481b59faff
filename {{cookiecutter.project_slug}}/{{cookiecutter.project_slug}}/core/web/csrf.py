"""Refuse requests that other sites send on a user's behalf."""

import logging
from collections.abc import Callable
from typing import TypeVar

from flask import Flask, abort, current_app, request

from ...config import settings
from ..db import SAFE_METHODS
from ..i18n import gettext as _
from .request import is_by_program

V = TypeVar("V", bound=Callable[..., object])
logger = logging.getLogger(__name__)


def open_to_other_origins(view: V) -> V:
    """Let pages of other sites post to a view that changes nothing for any user."""
    vars(view)["open_to_other_origins"] = True
    return view


def _refuse_cross_origin() -> None:
    """Refuse unsafe requests that no page of this app made.

    Browsers send a request's origin in headers that pages cannot change, so no
    form needs a token (OWASP CSRF Prevention, Fetch Metadata).
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "open_to_other_origins", False):
        return
    # A program's request uses no cookie, so other sites have nothing to abuse.
    if request.method in SAFE_METHODS or is_by_program():
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
    """Return the app's origin as browsers know it; a proxy may have changed the Host header."""
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


def init_app(app: Flask) -> None:
    app.before_request(_refuse_cross_origin)
