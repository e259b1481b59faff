"""Ask for a new address, confirm it by the link mailed there, undo it by the old one's link."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...auth.accounts import AddressTaken
from ...auth.guards import login_not_required, recent_login_required, signed_in_user
from ...auth.opened_links import ask_for_link, need_mail, open_link, opened_link, refuse_link
from ...auth.sessions import end_sessions, logout_user
from ...auth.stale_forms import checks_own_forms
from ...core.db import db
from ...core.i18n import gettext as _
from . import changes

bp = Blueprint("email", __name__, url_prefix="/account/email", template_folder="templates")
bp.before_request(need_mail)


@bp.errorhandler(AddressTaken)
def _refuse_taken(error: AddressTaken) -> ResponseReturnValue:
    """Refuse an address that another account has taken since the link was mailed."""
    return render_template("email/taken.html"), 409


@bp.context_processor
def _ways_back() -> dict[str, object]:
    # A function: only the page that calls it runs its queries.
    return {"way_back": changes.way_back, "undo_days": changes.UNDO_FOR.days}


@bp.route("", methods=["GET", "POST"])
@recent_login_required
def start() -> ResponseReturnValue:
    # Only the mail says whether the address is taken: the page must not reveal accounts.
    return ask_for_link("email_change", "email/start.html", asker=signed_in_user())


@bp.get("/<token>")
def open_mailed(token: str) -> ResponseReturnValue:
    return open_link("email", token, then=".finish") or refuse_link()


@bp.route("/finish", methods=["GET", "POST"])
@recent_login_required
@checks_own_forms
def finish() -> ResponseReturnValue:
    link = opened_link("email")
    # With a typing error, the mail may have gone to a stranger.
    if link is None or link.user_id != signed_in_user().id:
        return refuse_link()
    if request.method == "GET":
        return render_template("email/finish.html", email=link.email, made_for=link.id)
    user = changes.confirm(link)
    if user is None:
        return refuse_link()
    end_sessions(user, keep_current=True)
    db.session.commit()
    flash(_("Your address was changed. Your other sessions have ended."))
    return redirect(url_for("account.profile"), 303)


@bp.get("/undo/<token>")
@login_not_required
def open_undo(token: str) -> ResponseReturnValue:
    return open_link("email_undo", token, then=".undo") or _refuse_undo()


@bp.route("/undo", methods=["GET", "POST"])
@login_not_required
@checks_own_forms
def undo() -> ResponseReturnValue:
    link = opened_link("email_undo")
    if link is None:
        return _refuse_undo()
    if request.method == "GET":
        return render_template("email/undo.html", email=link.email, made_for=link.id)
    user = changes.undo(link)
    if user is None:
        return _refuse_undo()
    end_sessions(user, keep_current=False)
    db.session.commit()
    logout_user()
    flash(_("Your old address is back. We have mailed you a link to choose a new password."))
    return redirect(url_for("auth.login"), 303)


@bp.post("/undo/end")
@recent_login_required
def end_undo() -> ResponseReturnValue:
    user = signed_in_user()
    if not changes.end_way_back(user):
        problem = _(
            "This requires two-factor authentication that you set up at least seven days before "
            "the change."
        )
        abort(403, problem)
    db.session.commit()
    flash(_("Your former address can no longer undo the change."))
    return redirect(url_for(".start"), 303)


def _refuse_undo() -> ResponseReturnValue:
    return render_template("email/undo_void.html", days=changes.UNDO_FOR.days), 410
