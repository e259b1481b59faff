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
from .parts import Factor, factors_of, needs_passkey
from .sessions import rotate_session

bp = Blueprint("confirm", __name__, url_prefix="/auth/confirm")


@bp.route("", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    user = signed_in_user()
    form = form_for(user, factors_of(user))
    if request.method == "GET" or not is_by_password(user) or not check(user, form):
        return show_page(user, form)
    finish(user)
    return redirect(next_page(), 303)


def finish(user: User) -> None:
    """Record that a user has proved who they are, and give the session a new token."""
    audit.record("confirmed", user)
    db.session.commit()
    rotate_session(proved=True)


def is_by_password(user: User) -> bool:
    """Tell whether a user confirms with the password, and a code where there is a factor."""
    return user.password_hash is not None and not needs_passkey(user)


def form_for(user: User, factors: Iterable[Factor] = ()) -> ConfirmForm:
    """Return a form with a field for the password, if the account has one, and for each factor."""
    fields = {factor.name: factor.field for factor in factors}
    asked: type[ConfirmForm] = type("ConfirmForm", (ConfirmForm,), fields)
    form = asked(request.form, data={"next": request.args.get("next", "")})
    if user.password_hash is None:
        del form.password
    return form


def show_page(user: User, form: ConfirmForm) -> ResponseReturnValue:
    """Show the page that asks for all of it."""
    codes = [(form[factor.name], factor.hint(user)) for factor in factors_of(user)]
    return show_form("auth/confirm.html", form, codes=codes, by_password=is_by_password(user))


def check(user: User, form: ConfirmForm) -> bool:
    """Tell whether a form has all that the page asks for; see the function below."""
    codes = [(factor, form[factor.name]) for factor in factors_of(user)]
    return form.validate() and check_current_password(user, form.password, codes)


def check_current_password(
    user: User, password: Field | None, codes: Iterable[tuple[Factor, Field]] = ()
) -> bool:
    """Tell whether a form has the user's password; if not, put an error on the field.

    Attempts are limited, so a thief at an open session cannot guess the password. Codes are
    checked, and used up, only with the right password; a wrong code fails the check. This
    commits, so call it before changing anything.

    The form of an account without a password has no such field, and its view needs another
    proof, such as `@recent_factor_required`.
    """
    key = throttle.confirm_key(user)
    with passwords.queue_slot():
        throttle.count_guess(key)
        right = _is_password_of(user, password)
    if not right and password:
        reject(password, _("This is not your current password."))
    elif right and all(factor.use(user, field) for factor, field in codes):
        throttle.forgive(key)
        db.session.commit()
        return True
    audit.record("confirm_failed", user)
    db.session.commit()
    return False


def _is_password_of(user: User, password: Field | None) -> bool:
    if user.password_hash is None or password is None:
        return user.password_hash is None and password is None
    return passwords.verify(user.password_hash, str(password.data))
