"""Let users change their name, language and password, and visitors the language."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from ..auth import accounts, passwords
from ..auth.confirm import check_current_password
from ..auth.forms import ChoiceField, accept_password, name_field, password_field, reject, show_form
from ..auth.guards import current_user, login_not_required, recent_factor_required, signed_in_user
from ..auth.next_page import next_page
from ..auth.parts import is_password_enough
from ..auth.sessions import end_sessions, rotate_session
from ..config import settings
from ..core.db import db
from ..core.i18n import gettext as _, lazy_gettext as lazy, names, set_language

YEAR_SECONDS = 365 * 24 * 60 * 60

bp = Blueprint("account", __name__)


class ProfileForm(Form):
    name = name_field(lazy("Your name"), "name")
    language = ChoiceField(lazy("Language"), choices=names)


class ChangePasswordForm(Form):
    current_password = password_field(lazy("Current password"), "current-password")
    password = password_field(lazy("New password"), "new-password")


@bp.route("/account/", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    user = signed_in_user()
    form = ProfileForm(request.form, obj=user)
    if request.method == "GET" or not form.validate():
        return show_form("account/profile.html", form)
    user.name, user.language = str(form.name.data), str(form.language.data)
    db.session.commit()
    set_language(user.language)
    flash(_("Saved."))
    return redirect(url_for(".profile"), 303)


@bp.route("/account/password", methods=["GET", "POST"])
@recent_factor_required
def password() -> ResponseReturnValue:
    user = signed_in_user()
    form = ChangePasswordForm(request.form)
    page = "account/password.html"
    if user.password_hash is None:
        return redirect(url_for("reset.start"), 303)
    if request.method == "GET" or not form.validate():
        return show_form(page, form)
    if not check_current_password(user, form.current_password):
        return show_form(page, form)
    if not accept_password(form.password, email=user.email, name=user.name):
        return show_form(page, form)
    password_hash = passwords.hash_password(str(form.password.data))
    if not accounts.change_password(user, password_hash):
        # Nothing was written. A rollback would make the page reload a user that may be deleted.
        db.session.commit()
        reject(form.current_password, _("This is not your current password."))
        return show_form(page, form)
    # One transaction: the new password and sessions of the old one are never both valid.
    end_sessions(user, keep_current=True)
    db.session.commit()
    rotate_session(proved=is_password_enough(user))
    flash(_("Your password was changed. Your other sessions have ended."))
    return redirect(url_for(".profile"), 303)


@bp.post("/language")
@login_not_required
def choose_language() -> ResponseReturnValue:
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


@bp.get("/.well-known/change-password")
@login_not_required
def lead_to_password() -> ResponseReturnValue:
    """Redirect password managers to the page (W3C, A Well-Known URL for Changing Passwords)."""
    return redirect(url_for("account.password"), 303)
