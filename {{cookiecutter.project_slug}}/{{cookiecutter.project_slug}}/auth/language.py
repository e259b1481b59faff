"""Let a visitor choose the language; a user's choice is stored with the account."""

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue

from ..config import settings
from ..core.db import db
from .guards import current_user, login_not_required
from .next_page import next_page

YEAR_SECONDS = 365 * 24 * 60 * 60

bp = Blueprint("language", __name__)


@bp.post("/language")
@login_not_required
def choose() -> ResponseReturnValue:
    wanted = request.form.get("language", "")
    if wanted not in settings().languages:
        abort(400)
    user, response = current_user(), redirect(next_page(), 303)
    if user is not None:
        user.language = wanted
        db.session.commit()
        return response
    # Not in the session: an attacker could fill its table, one row per request.
    name, how = settings().cookie_name("language"), settings().cookie_attributes
    response.set_cookie(name, wanted, max_age=YEAR_SECONDS, **how)
    return response
