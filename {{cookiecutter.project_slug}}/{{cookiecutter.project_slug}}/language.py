"""Let a visitor choose the language; a user's own is kept with the account."""

from flask import Blueprint, abort, redirect, request, session
from flask.typing import ResponseReturnValue

from .auth.guards import current_user, login_not_required
from .auth.next_page import next_page
from .config import settings
from .db import db

bp = Blueprint("language", __name__)


@bp.post("/language")
@login_not_required
def choose() -> ResponseReturnValue:
    wanted = request.form.get("language", "")
    if wanted not in settings().languages:
        abort(400)
    user = current_user()
    if user is None:
        session["language"] = wanted
    else:
        user.language = wanted
        db.session.commit()
    return redirect(next_page(), 303)
