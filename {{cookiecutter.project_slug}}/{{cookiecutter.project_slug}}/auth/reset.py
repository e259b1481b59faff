"""Reset a forgotten password by mail. It ends every session, and leads to the login page."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ..core.db import db
from ..core.i18n import gettext as _
from ..models import User
from . import accounts, browsers, opened_links
from .forms import ResetForm
from .guards import login_not_required
from .parts import all_parts
from .sessions import end_sessions, logout_user
from .stale_forms import checks_own_forms

bp = Blueprint("reset", __name__, url_prefix="/auth/reset")
bp.before_request(opened_links.need_mail)


@bp.route("", methods=["GET", "POST"])
@login_not_required
def start() -> ResponseReturnValue:
    return opened_links.ask_for_link("reset", "auth/reset.html")


@bp.get("/<token>")
@login_not_required
def open_mailed(token: str) -> ResponseReturnValue:
    return opened_links.open_link("reset", token, then=".finish") or opened_links.refuse_link()


@bp.route("/finish", methods=["GET", "POST"])
@login_not_required
@checks_own_forms
def finish() -> ResponseReturnValue:
    link = opened_links.opened_link("reset")
    user = db.session.get(User, link.user_id) if link else None
    if link is None or user is None:
        return opened_links.refuse_link()
    form = ResetForm(request.form or None)
    ways = [part.access for part in all_parts() if part.access]
    kept = [name for way in ways for name in way.names(user)]
    password_hash = None
    if request.method == "POST":
        password_hash = opened_links.hash_chosen(form, email=link.email, name=user.name)
    if password_hash is None:
        return opened_links.show_link_form("auth/reset_finish.html", form, link, kept=kept)
    owner = accounts.reset_password(link, password_hash)
    if owner is None:
        db.session.rollback()
        return opened_links.refuse_link()
    end_sessions(owner, keep_current=False)
    for way in ways if form.end_others.data else []:
        way.end(owner)
    db.session.commit()
    logout_user()
    flash(_("Your password was changed. Please log in with the new one."))
    return browsers.remember(owner, redirect(url_for("auth.login"), 303))
