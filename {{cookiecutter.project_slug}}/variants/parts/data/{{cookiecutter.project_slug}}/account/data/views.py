"""Let users download their data, and delete their account for good."""

import logging

from flask import Blueprint, Response, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ...auth import accounts
from ...auth.confirm import check_current_password, form_for
from ...auth.forms import show_form
from ...auth.guards import recent_factor_required, recent_login_required, signed_in_user
from ...auth.views import leave
from ...core import audit, mail
from ...core.db import db
from ...core.i18n import gettext as _
from . import export

bp = Blueprint("data", __name__, url_prefix="/account", template_folder="templates")
logger = logging.getLogger(__name__)


@bp.post("/data")
@recent_login_required
def download() -> ResponseReturnValue:
    user = signed_in_user()
    audit.record("data_exported", user)
    mail.notify(user, "data_exported")
    answer = Response(export.as_json(user), mimetype="application/json")
    db.session.commit()
    name = f"{current_app.name}-data.json"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@bp.route("/delete", methods=["GET", "POST"])
@recent_factor_required
def delete() -> ResponseReturnValue:
    user = signed_in_user()
    form = form_for(user)
    page = "data/delete.html"
    if request.method == "GET" or not form.validate():
        return show_form(page, form)
    if not check_current_password(user, form.password):
        return show_form(page, form)
    try:
        deleted = accounts.delete(user)
    except accounts.AccountInUse as problem:
        logger.error("%s", problem)
        abort(403, _("Your account cannot be deleted yet: other data depends on it. Contact us."))
    if not deleted:
        # The password was changed meanwhile.
        db.session.commit()
        return redirect(url_for(".delete"), 303)
    db.session.commit()
    response = leave()
    flash(_("Your account was deleted. Goodbye."))
    return response
