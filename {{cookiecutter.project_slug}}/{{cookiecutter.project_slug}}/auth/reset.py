"""Reset a forgotten password by mail. It ends at the login page, signed in nowhere."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import accounts, events, passwords, throttle
from ..config import settings
from ..db import db
from ..i18n import gettext as _
from ..models import User
from .forms import NewPasswordForm, accept_password
from .guards import login_not_required
from .opened_links import ask_for_link, open_link, opened_link, refuse_link
from .sessions import end_sessions, logout_user

bp = Blueprint("reset", __name__, url_prefix="/auth/reset")


@bp.before_request
def _refuse_without_mail() -> None:
    if not settings().can_mail:
        abort(403, _("This site sends no mail. Ask the people who run it."))


@bp.route("", methods=["GET", "POST"])
@login_not_required
def start() -> ResponseReturnValue:
    return ask_for_link("reset", "auth/reset.html")


@bp.get("/<token>")
@login_not_required
def open_mailed(token: str) -> ResponseReturnValue:
    if not open_link("reset", token):
        return refuse_link(url_for(".start"))
    return redirect(url_for(".finish"), 303)


@bp.route("/finish", methods=["GET", "POST"])
@login_not_required
def finish() -> ResponseReturnValue:
    form, link = NewPasswordForm(request.form), opened_link("reset")
    user = db.session.get(User, link.user_id) if link else None
    if link is None or user is None:
        return refuse_link(url_for(".start"))
    page = "auth/reset_finish.html"
    if request.method == "GET":
        return render_template(page, form=form, email=link.email)
    db.session.commit()
    email, name = link.email, user.name
    # To judge and to hash a password costs as much as a login does.
    with passwords.place():
        throttle.count_address(events.client_address())
        if not form.validate() or not accept_password(form.password, email=email, name=name):
            return render_template(page, form=form, email=email), 422
        password_hash = passwords.hash_password(str(form.password.data))
    owner = accounts.reset_password(link, password_hash)
    if owner is None:
        db.session.rollback()
        return refuse_link(url_for(".start"))
    end_sessions(owner, keep_current=False)
    db.session.commit()
    logout_user()
    flash(_("Your password is changed. Please log in with it."))
    return redirect(url_for("auth.login"), 303)
