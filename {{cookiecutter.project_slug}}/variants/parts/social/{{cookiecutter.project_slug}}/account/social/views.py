"""List the connected accounts of the signed-in user, and disconnect them."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ...auth.guards import recent_login_required, signed_in_user
from ...auth.parts import lock_for_removal
from ...core import mail
from ...core.db import db
from ...core.i18n import gettext as _
from ...models import User
from . import store
from .providers import Provider, all_providers

bp = Blueprint("social", __name__, template_folder="templates")


@bp.app_template_global("confirming_providers")
def confirming_providers(user: User) -> list[Provider]:
    return [one for one in all_providers().values() if store.can_confirm(user, one)]


@bp.get("/account/connections")
def show() -> ResponseReturnValue:
    connections = store.all_of(signed_in_user())
    return render_template("social/connections.html", connections=connections)


@bp.post("/account/connections/<public_id>/remove")
@recent_login_required
def disconnect(public_id: str) -> ResponseReturnValue:
    user = lock_for_removal(signed_in_user())
    name = store.remove(user, public_id)
    if name is None:
        abort(404)
    mail.report(user, "social_disconnected", "connections_changed", name=name)
    db.session.commit()
    flash(_("The account was disconnected."))
    return redirect(url_for(".show"), 303)
