"""List the live sessions of the signed-in user; end one, or all but this one."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ...auth import accounts
from ...auth.guards import recent_login_required, signed_in_user
from ...auth.sessions import active_sessions, end_session, end_sessions
from ...auth.views import logout
from ...core import audit, user_agents
from ...core.db import db
from ...core.i18n import gettext as _

bp = Blueprint("sessions", __name__, url_prefix="/account/sessions", template_folder="templates")


@bp.get("")
def show() -> ResponseReturnValue:
    found = active_sessions(signed_in_user())
    return render_template("sessions/list.html", sessions=found, describe=user_agents.describe)


@bp.post("/<handle>/end")
@recent_login_required
def end(handle: str) -> ResponseReturnValue:
    user = signed_in_user()
    mine = {one.handle: one.current for one in active_sessions(user)}
    if handle not in mine:
        abort(404)
    if mine[handle]:
        return logout()
    # Lock the account before its sessions, as everywhere: see accounts.lock_user.
    if accounts.lock(user.id) is None or not end_session(user, handle):
        abort(404)
    audit.record("session_ended", user, session=handle)
    db.session.commit()
    flash(_("The session has ended."))
    return redirect(url_for(".show"), 303)


@bp.post("/end-others")
@recent_login_required
def end_others() -> ResponseReturnValue:
    user = signed_in_user()
    # A thief whose session a reset has just ended must not keep it.
    if not accounts.lock_unchanged(user):
        return redirect(url_for(".show"), 303)
    end_sessions(user, keep_current=True)
    audit.record("sessions_ended", user)
    db.session.commit()
    flash(_("Your other sessions have ended."))
    return redirect(url_for(".show"), 303)
