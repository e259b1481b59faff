"""Show the signed-in user's own events, latest first."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ...auth.guards import signed_in_user
from ...core import user_agents
from ...core.audit import Event
from ...core.db import db
from . import labels

PAGE_SIZE = 50
# Beyond it there are no events, but numbers that no database accepts.
LAST_PAGE = 1_000_000

bp = Blueprint("activity", __name__, url_prefix="/account/activity", template_folder="templates")


@bp.get("")
def show() -> ResponseReturnValue:
    page = request.args.get("page", 1, type=int)
    if not 1 <= page <= LAST_PAGE:
        abort(404)
    own = select(Event).where(Event.user_id == signed_in_user().id).order_by(Event.id.desc())
    # One more than is shown tells whether there is a next page.
    found = db.session.scalars(own.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)).all()
    if page > 1 and not found:
        abort(404)
    shown = {"events": found[:PAGE_SIZE], "page": page, "more": len(found) > PAGE_SIZE}
    return render_template(
        "activity/show.html", words=labels.known(), describe=user_agents.describe, **shown
    )
