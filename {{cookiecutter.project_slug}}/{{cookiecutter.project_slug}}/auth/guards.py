"""Require login for every view that does not opt out."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, current_app, g, jsonify, redirect, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from ..config import settings
from ..core.db import SAFE_METHODS, db, now
from ..core.i18n import gettext as _, set_language
from ..core.web.csrf import our_origin
from ..core.web.headers import is_file
from ..core.web.request import loader, receive_body, wants_json
from ..models import User
from .parts import is_password_enough
from .sessions import authenticated_at, load_user
from .stale_forms import mark_of, refuse_form_of_another

P = ParamSpec("P")
R = TypeVar("R")
Check = Callable[[], Response | None]
logger = logging.getLogger(__name__)


def login_not_required(view: Callable[P, R]) -> Callable[P, R]:
    """Open a view to visitors. Put it right below the route."""
    vars(view)["login_required"] = False
    return view


def recent_login_required(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Ask for the password again unless it was given recently. Put it right below the route.

    `REAUTHENTICATION_SECONDS` sets how long a confirmation is valid (ASVS 7.5.1).
    """
    return add_check(view, _ask_for_proof)


def recent_factor_required(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Do the same as `recent_login_required`, but only for accounts with a second factor.

    For a view that asks for the password itself, which is enough for other accounts.
    """
    return add_check(view, _ask_for_proof_of_factor)


def add_check(view: Callable[P, R], check: Check) -> Callable[P, R | Response]:
    """Run a check before a view: it returns None, or else the answer; or it aborts."""
    # The guard reads the attribute, so the decorator works even above the route. The wrapper
    # covers what the guard does not see: a method, or a view inside another decorator.
    vars(view)["checks"] = [check, *vars(view).get("checks", ())]

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        answer = current_app.ensure_sync(view)
        return check() or answer(*args, **kwargs)

    return checked


def current_user() -> User | None:
    """Return the signed-in user, or None."""
    return cast("User | None", g.get("user"))


def signed_in_user() -> User:
    """Return the signed-in user, in a view that requires login."""
    user = current_user()
    if user is None:
        raise RuntimeError("signed_in_user() was called in a view open to everybody")
    return user


def is_public(endpoint: str) -> bool:
    """Tell whether an endpoint answers without a login."""
    view = current_app.view_functions[endpoint]
    return is_file(endpoint) or not getattr(view, "login_required", True)


def closed_view() -> str | None:
    """Name, for the developer, the view that has just asked for login: the one behind `next`."""
    if not settings().development:
        return None
    try:
        path = urlsplit(request.args.get("next", "")).path
        endpoint, _values = current_app.url_map.bind("").match(path or "/")
    except (HTTPException, ValueError):
        return None
    return None if is_public(endpoint) else str(endpoint)


def lead_to(page: str, status: int, reason: str) -> Response:
    """Redirect a browser to a page; give a script the reason, and where to go on if signed in."""
    if not wants_json():
        return redirect(page, 303)
    there = {"location": page} if status == 403 else {}
    answer = jsonify(error=reason, **there)
    answer.status_code = status
    if "HX-Request" in request.headers:
        answer.headers["HX-Redirect"] = page
    return answer


def _guard() -> Response | None:
    endpoint = request.endpoint
    # Files are the same for all users: no query, no cookie.
    if is_file(endpoint):
        return None
    g.user = None
    # Before the first query: the client decides how long the body takes.
    body = receive_body() if endpoint is not None else b""
    # A database error raises here: it never lets a visitor in.
    g.user = user = _load_user()
    if user is not None:
        set_language(user.language)
    if endpoint is None:
        return None
    if user is None and not is_public(endpoint):
        return _refuse(endpoint)
    view = current_app.view_functions[endpoint]
    if user is not None and not getattr(view, "checks_own_forms", False):
        refuse_form_of_another(user, body)
    checks: Iterable[Check] = getattr(view, "checks", ())
    for check in checks:
        if refusal := check():
            return refusal
    return None


def _load_user() -> User | None:
    used = loader()
    if used is None:
        return load_user()
    # It belongs to the cookies: the view gets an empty one, which is not saved.
    session.clear()
    user: User | None = used.load()
    # The view must not begin within the transaction of a loader.
    db.session.commit()
    return None if user is None or user.disabled_at is not None else user


def _refuse(endpoint: str) -> Response:
    if settings().development:
        logger.warning("%s asks for login; @login_not_required opens it", endpoint)
    # Return only to a GET: the URL of a form may not be a page.
    here = _way_back() if request.method in SAFE_METHODS else None
    return lead_to(url_for("auth.login", next=here), 401, _("Please log in."))


def _ask_for_proof() -> Response | None:
    proof = authenticated_at()
    age = timedelta(seconds=settings().reauthentication_seconds)
    if proof is not None and now() - proof < age:
        return None
    page = url_for("confirm.show", next=_way_back())
    return lead_to(page, 403, _("Please confirm your password first."))


def _ask_for_proof_of_factor() -> Response | None:
    user = current_user()
    return None if user is not None and is_password_enough(user) else _ask_for_proof()


def _way_back() -> str | None:
    """Return where to go afterwards: this page or, for a form or script, the page it was on."""
    if request.method in SAFE_METHODS and not wants_json():
        return request.full_path.rstrip("?")
    page, origin = request.referrer or "", our_origin()
    return page.removeprefix(origin) if page.startswith(f"{origin}/") else None


def _describe_user() -> dict[str, object]:
    """Give templates the user and the mark of their forms; a view may give another mark."""
    user = current_user()
    return {"current_user": user, "made_for": mark_of(user) if user else None}


def init_app(app: Flask) -> None:
    app.before_request(_guard)
    app.context_processor(_describe_user)
