"""Delete an account for good, after the user gave the password."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ...auth import accounts
from ...auth.confirm import check_current_password
from ...auth.forms import ConfirmForm, reject, show_form
from ...auth.guards import recent_factor_required, signed_in_user
from ...auth.sessions import logout_user
from ...core.db import db
from ...core.i18n import gettext as _

bp = Blueprint("data", __name__, url_prefix="/account/delete", template_folder="templates")


@bp.route("", methods=["GET", "POST"])
@recent_factor_required
def delete() -> ResponseReturnValue:
    user, form = signed_in_user(), ConfirmForm(request.form)
    page = "data/delete.html"
    if (
        request.method == "GET"
        or not form.validate()
        or not check_current_password(user, form.password)
    ):
        return show_form(page, form)
    if not accounts.delete(user):
        db.session.commit()
        reject(form.password, _("This is not your current password."))
        return show_form(page, form)
    db.session.commit()
    logout_user()
    flash(_("Your account was deleted. Goodbye."))
    response = redirect(url_for("pages.home"), 303)
    # As at logout: clear what pages stored in the browser too.
    response.headers["Clear-Site-Data"] = '"storage"'
    return response
