"""Let a visitor choose the language; a user's own is kept with the account."""

from __future__ import annotations

from flask import Blueprint
from flask import abort
from flask import redirect
from flask import request
from flask import session
from flask.typing import ResponseReturnValue

from .auth.guards import current_user
from .auth.guards import login_not_required
from .auth.next_page import next_page
from .config import LANGUAGES
from .db import db

bp = Blueprint("language", __name__)


@bp.post("/language")
@login_not_required
def choose() -> ResponseReturnValue:
    wanted = request.form.get("language", "")
    if wanted not in LANGUAGES:
        abort(400)
    user = current_user()
    if user is None:
        session["language"] = wanted
    else:
        user.language = wanted
        db.session.commit()
    return redirect(next_page(), 303)
