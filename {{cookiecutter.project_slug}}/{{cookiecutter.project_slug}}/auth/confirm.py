"""Ask a signed-in user for the password again, and for the second factor (ASVS 7.5.1)."""

from collections.abc import Iterable

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from wtforms import Field

from ..core import audit, throttle
from ..core.db import db
from ..core.i18n import gettext as _
from ..models import User
from . import passwords
from .forms import ConfirmForm, reject, show_form
from .guards import signed_in_user
from .next_page import next_page
from .parts import Factor, factors_of, is_password_enough
from .sessions import rotate_session

bp = Blueprint("confirm", __name__, url_prefix="/auth/confirm")


@bp.route("", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    user, page = signed_in_user(), "auth/confirm.html"
    asked = factors_of(user)
    form = _form_for(asked)(request.form, data={"next": request.args.get("next", "")})
    codes = [(factor, form[factor.name]) for factor in asked]
    by_password = bool(asked) or is_password_enough(user)
    if (
        request.method == "GET"
        or not by_password
        or not form.validate()
        or not check_current_password(user, form.password, codes)
    ):
        hinted = [(field, factor.hint(user)) for factor, field in codes]
        return show_form(page, form, codes=hinted, by_password=by_password)
    audit.record("confirmed", user)
    db.session.commit()
    rotate_session()
    return redirect(next_page(), 303)


def check_current_password(
    user: User, password: Field, codes: Iterable[tuple[Factor, Field]] = ()
) -> bool:
    """Tell whether a form has the user's password; if not, put an error on the field.

    Attempts are limited, so a thief at an open session cannot guess the password. Codes are
    checked, and used up, only with the right password; a wrong code fails the check. This
    commits, so call it before changing anything.
    """
    key = throttle.confirm_key(user)
    with passwords.queue_slot():
        throttle.count_guess(key, audit.client_address())
        right = passwords.verify(user.password_hash, str(password.data))
    if not right:
        reject(password, _("This is not your current password."))
    elif all(factor.use(user, field) for factor, field in codes):
        throttle.forgive(key)
        db.session.commit()
        return True
    audit.record("confirm_failed", user)
    db.session.commit()
    return False


def _form_for(asked: list[Factor]) -> type[ConfirmForm]:
    """Return the form with a field for each factor that the account has."""
    return type("ConfirmForm", (ConfirmForm,), {factor.name: factor.field for factor in asked})
