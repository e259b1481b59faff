"""Answer every error with a page, or with JSON if the client asks for it."""

import logging

from flask import Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import exc, inspect
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError
from werkzeug.exceptions import (
    BadRequest,
    Gone,
    HTTPException,
    ServiceUnavailable,
    default_exceptions,
)

from ...config import RETRY_AFTER_SECONDS, settings
from ..db import db, is_temporary
from ..i18n import gettext as _, lazy_gettext as lazy, ngettext
from .headers import is_file
from .request import wants_json

# The database is unreachable, or so slow that no connection becomes free.
LOST = (exc.OperationalError, exc.TimeoutError)
# Another request has deleted a row meanwhile, such as the account; or there is a bug.
DELETED = (exc.IntegrityError, ObjectDeletedError, StaleDataError)
# Werkzeug's own reasons, in English only. A view gives other ones.
STANDARD_REASONS = {kind.description for kind in default_exceptions.values()}
# What developers can do about a refusal.
HINTS = {
    400: lazy("A field that the view reads is missing, or the body is not of the type it names."),
    404: lazy("No route has this path, or a view said abort(404). See “flask routes”."),
    405: lazy("The route has other methods. See “flask routes”."),
    409: lazy('A view said abort(409). Let it give a reason: abort(409, "why").'),
    413: lazy(
        "A view that takes more begins with “request.max_content_length = 10 * 1024 * 1024”."
    ),
}
logger = logging.getLogger(__name__)


def _show(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error
    # No page: showing one would use up the flash messages meant for the next.
    if is_file(request.endpoint):
        return error
    # Raised while the session was saved, where the handler below does not see it.
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, LOST) and is_temporary(cause):
        return _lose_database(cause)
    if status >= 500:
        _forget_work()
    title, text = _words(error)
    hint = _hint(error)
    # Keep Allow and Retry-After, but not the type of a body that is not used.
    headers = [header for header in error.get_headers() if header[0].lower() != "content-type"]
    if wants_json():
        return jsonify(error=f"{text} {hint}".strip()), status, headers
    page = render_template("error.html", title=title, text=text, hint=hint)
    return page, status, headers


def _words(error: HTTPException) -> tuple[str, str]:
    reason = _reason(error)
    match error.code:
        case 403:
            return _("Not allowed"), reason or _("You do not have permission to do this.")
        case 404 | 405:
            return _("Not found"), reason or _("This page does not exist.")
        case 413:
            return _("Too large"), reason or _("The request is too large.")
        case 429:
            return _("Too many attempts"), reason or _wait(error)
        case 503:
            return _("Back in a moment"), _("Please try again shortly.")
        case 500:
            return _("Server error"), _("Something went wrong on our side.")
        case _:
            return _("This did not work"), reason or _("We could not understand the request.")


def _reason(error: HTTPException) -> str | None:
    """Return what a view said in `abort(4xx, "reason")`."""
    said = error.description
    own = said and said not in STANDARD_REASONS and (error.code or 500) < 500
    return str(said) if own else None


def _hint(error: HTTPException) -> str:
    """In development, log an error, and return a hint if the view gave no reason."""
    hint, reason = HINTS.get(error.code or 500), _reason(error)
    if hint is None or not settings().development:
        return ""
    where = request.endpoint or request.path
    logger.warning("%s answers %d: %s", where, error.code, reason or hint)
    return "" if reason else str(hint)


def _wait(error: HTTPException) -> str:
    after = getattr(error, "retry_after", None)
    seconds = after if isinstance(after, int) else 60
    minutes = -(-seconds // 60)
    return ngettext(
        "Please try again in %(count)d minute.", "Please try again in %(count)d minutes.", minutes
    )


def _lose_database(error: exc.SQLAlchemyError) -> ResponseReturnValue:
    if not is_temporary(error):
        # Trying again would not help: a 500, with its traceback in the log.
        raise error
    logger.error("the database failed", exc_info=error)
    # The error page must not query the database for the user again.
    g.user = None
    return _show(ServiceUnavailable(retry_after=RETRY_AFTER_SECONDS))


def _refuse_value(error: exc.DataError) -> ResponseReturnValue:
    """Answer 400 to a value that no column can store, such as NUL in a text on PostgreSQL."""
    logger.warning("the database took no such value: %s", type(error.orig).__name__)
    _forget_work()
    return _show(BadRequest())


def _lose_account(error: exc.SQLAlchemyError) -> ResponseReturnValue:
    """Answer 410 if the user's account was deleted during the request; raise any other error."""
    had_account = g.get("user") is not None
    _forget_work()
    if not had_account or g.user is not None:
        raise error
    return _show(Gone(_("Your account was deleted.")))


def _forget_work() -> None:
    """Roll back, since a failed transaction reads nothing, and reload the user for the page.

    The account may be gone by now, or the database unreachable as well.
    """
    try:
        db.session.rollback()
        user = g.get("user")
        key = inspect(user).identity if user else None
        g.user = key and db.session.get(type(user), key, populate_existing=True)
    except LOST:
        g.user = None


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _show)
    for lost in LOST:
        app.register_error_handler(lost, _lose_database)
    app.register_error_handler(exc.DataError, _refuse_value)
    for kind in DELETED:
        app.register_error_handler(kind, _lose_account)
