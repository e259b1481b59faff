"""List, make and end the API tokens of the signed-in user."""

import re

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, StringField

from ...auth import accounts
from ...auth.forms import ChoiceField, name_field, show_form
from ...auth.guards import recent_login_required, signed_in_user
from ...core import mail
from ...core.db import db
from ...core.i18n import gettext as _, lazy_gettext as lazy
from . import store

ACCESS = {"read": lazy("Read only"), "write": lazy("Read and write")}
MOST_DAYS = 365

bp = Blueprint("tokens", __name__, url_prefix="/account/tokens", template_folder="templates")


def _read_days(typed: str) -> int:
    if re.fullmatch("[0-9]{1,3}", typed) and 1 <= int(typed) <= MOST_DAYS:
        return int(typed)
    raise ValueError(_("Please enter a number from 1 to %(most)s.", most=MOST_DAYS))


class TokenForm(Form):
    name = name_field(lazy("Name"), "off")
    access = ChoiceField(lazy("Access"), choices=lambda: [*ACCESS.items()])
    days = StringField(
        lazy("Days until it expires"),
        default="30",
        filters=[_read_days],
        render_kw={"autocomplete": "off", "inputmode": "numeric"},
    )


@bp.get("")
def show() -> ResponseReturnValue:
    return _show(TokenForm())


@bp.post("")
@recent_login_required
def make() -> ResponseReturnValue:
    user, form = signed_in_user(), TokenForm(request.form)
    if not form.validate():
        return _show(form)
    if not accounts.lock_unchanged(user):
        return redirect(url_for(".show"), 303)
    name, can_write = str(form.name.data), form.access.data == "write"
    token = store.add(user, name=name, can_write=can_write, days=int(form.days.data or 0))
    mail.report(user, "token_created", "tokens_changed", name=name)
    db.session.commit()
    # At once, not after a redirect: the token is stored nowhere.
    return render_template("tokens/made.html", token=token)


@bp.post("/<handle>/end")
@recent_login_required
def end(handle: str) -> ResponseReturnValue:
    user = signed_in_user()
    name = store.end(user, handle)
    if name is None:
        abort(404)
    mail.report(user, "token_revoked", "tokens_changed", name=name)
    db.session.commit()
    flash(_("The token was revoked."))
    return redirect(url_for(".show"), 303)


def _show(form: Form) -> ResponseReturnValue:
    return show_form("tokens/manage.html", form, tokens=store.valid_of(signed_in_user()))
