"""Let programs act for a user by `Authorization: Bearer`, in views that allow it (RFC 6750)."""

from collections.abc import Callable
from typing import NoReturn, TypeVar

from flask import abort, current_app, jsonify, request

from ...core import throttle
from ...core.db import SAFE_METHODS, now
from ...core.i18n import gettext as _
from ...models import User
from . import store

V = TypeVar("V", bound=Callable[..., object])


def token_allowed(view: V) -> V:
    """Let programs with an API token use a view. Put it right below the route."""
    vars(view)["takes_tokens"] = True
    return view


def is_used() -> bool:
    """Tell whether a request has a token, and its view takes tokens."""
    sent = request.authorization
    if sent is None or sent.type != "bearer":
        return False
    return hasattr(current_app.view_functions.get(request.endpoint or ""), "takes_tokens")


def load() -> User:
    """Return the user of the token that a request has; raise 401, 403 or 429 without a valid one."""
    sent = request.authorization
    found = store.find((sent and sent.token) or "")
    if found is None or found[0].ends_at <= now():
        # Count after the query: an attacker must not block the valid tokens of a network.
        throttle.count_opening("token")
        _refuse(401, "invalid_token", _("This token is not valid."))
    token, user = found
    if request.method not in SAFE_METHODS and not token.can_write:
        _refuse(403, "insufficient_scope", _("This token may only read."))
    store.touch(token)
    return user


def _refuse(status: int, error: str, reason: str) -> NoReturn:
    answer = jsonify(error=reason)
    answer.status_code = status
    answer.headers["WWW-Authenticate"] = f'Bearer error="{error}"'
    abort(answer)
