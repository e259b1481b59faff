"""Ask somebody who is signed in for the password again (ASVS 7.5.1)."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from wtforms import Field

from .. import events, passwords, throttle
from ..db import db
from ..i18n import gettext as _
from ..models import User
from .forms import ConfirmForm, reject, show_form
from .guards import signed_in_user
from .next_page import next_page
from .sessions import renew_session

bp = Blueprint("confirm", __name__, url_prefix="/auth/confirm")


@bp.get("")
def show() -> ResponseReturnValue:
    form = ConfirmForm(data={"next": request.args.get("next", "")})
    return show_form("auth/confirm.html", form)


@bp.post("")
def confirm() -> ResponseReturnValue:
    user, form = signed_in_user(), ConfirmForm(request.form)
    if not form.validate() or not prove(user, form.password):
        return show_form("auth/confirm.html", form)
    events.record("confirmed", user)
    db.session.commit()
    renew_session()
    return redirect(next_page(), 303)


def prove(user: User, field: Field) -> bool:
    """Tell whether a form's password is the user's; say beside the field that it is not.

    It is counted as a login is: whoever sits at an open session may not guess the
    password at leisure. It commits, so ask before anything is changed.
    """
    with passwords.place():
        throttle.count_login(user.email, events.client_address())
        right = passwords.verify(user.password_hash, str(field.data))
    if right:
        throttle.forgive_login(user.email)
        db.session.commit()
        return True
    events.record("confirm_failed", user)
    db.session.commit()
    reject(field, _("This is not your current password."))
    return False
