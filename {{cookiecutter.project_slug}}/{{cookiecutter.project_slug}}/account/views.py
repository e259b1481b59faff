"""Show who you are; change your name, your language and your password."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import accounts, passwords
from ..auth.confirm import prove
from ..auth.forms import accept_password, reject
from ..auth.guards import signed_in_user
from ..auth.sessions import end_sessions, renew_session
from ..db import db
from ..i18n import gettext as _
from ..i18n import speak
from .forms import ChangePasswordForm, ProfileForm

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.route("/", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    user = signed_in_user()
    form = ProfileForm(request.form, obj=user)
    if request.method == "GET":
        return render_template("account/profile.html", form=form)
    if not form.validate():
        return render_template("account/profile.html", form=form), 422
    user.name, user.language = str(form.name.data), str(form.language.data)
    db.session.commit()
    speak(user.language)
    flash(_("Saved."))
    return redirect(url_for(".profile"), 303)


@bp.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    user = signed_in_user()
    form = ChangePasswordForm(request.form)
    page = "account/password.html"
    if request.method == "GET":
        return render_template(page, form=form)
    if not form.validate():
        return render_template(page, form=form), 422
    if not prove(user, form.current_password):
        return render_template(page, form=form), 422
    if not accept_password(form.password, email=user.email, name=user.name):
        return render_template(page, form=form), 422
    password_hash = passwords.hash_password(str(form.password.data))
    if not accounts.change_password(user, password_hash):
        # Nothing was written; a rollback would have the page look for a user who may be gone.
        db.session.commit()
        reject(form.current_password, _("This is not your current password."))
        return render_template(page, form=form), 422
    # One transaction: no moment in which the new password and the sessions of
    # the old one are both good.
    end_sessions(user, keep_current=True)
    db.session.commit()
    renew_session()
    flash(_("Your password is changed. Your other sessions have ended."))
    return redirect(url_for(".profile"), 303)
