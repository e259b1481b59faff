"""Find accounts, lock and unlock them, end their sessions, reset their second factor; invite."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import Field, Form, StringField
from wtforms.validators import DataRequired, ValidationError

from ...auth import accounts, operators
from ...auth.forms import REQUIRED, AddressForm, ChoiceField, show_form
from ...auth.guards import login_not_required, recent_login_required, signed_in_user
from ...auth.opened_links import need_mail, open_link
from ...auth.parts import all_parts, has_second_factor
from ...auth.register import create_account
from ...auth.stale_forms import checks_own_forms
from ...core import mail
from ...core.db import db
from ...core.i18n import gettext as _, lazy_gettext as lazy
from ...models import User
from . import invitations, roles
from .roles import role_required

MOST_FOUND = 50

bp = Blueprint("admin", __name__, template_folder="templates")


class FindForm(Form):
    email = StringField(
        lazy("Beginning of the e-mail address"),
        validators=[DataRequired(REQUIRED)],
        render_kw={"autocomplete": "off", "inputmode": "email"},
    )


class InviteForm(AddressForm):
    role = ChoiceField(lazy("Role"), choices=lambda: [("", _("None")), *roles.ROLES.items()])

    def validate_email(self, field: Field) -> None:
        # An admin may know: admins can look up every account.
        if not field.errors and accounts.find(field.data) is not None:
            raise ValidationError(_("This address already has an account."))


def _reset_second_factor(user: User, **who: Any) -> None:
    for part in all_parts():
        # A passkey, which logs in without the second factor; no API tokens.
        if part.access and part.passwordless:
            part.access.end(user)
    operators.drop_factors(user, **who)


ACTIONS: dict[str, Callable[..., None]] = {
    "disable": operators.disable,
    "enable": operators.enable,
    "end-sessions": operators.end_all_sessions,
    "reset-second-factor": _reset_second_factor,
}


# By POST: an address in the URL would be kept in logs and in the browser's history.
@bp.route("/admin/", methods=["GET", "POST"])
@role_required("admin")
def index() -> ResponseReturnValue:
    form = FindForm(request.form)
    if request.method == "GET" or not form.validate():
        return show_form("admin/index.html", form)
    prefix = str(form.email.data).strip().lower()
    wanted = select(User).where(User.email.startswith(prefix, autoescape=True))
    found = db.session.scalars(wanted.order_by(User.email).limit(MOST_FOUND + 1)).all()
    return render_template("admin/index.html", form=form, found=found, most=MOST_FOUND)


@bp.route("/admin/invite", methods=["GET", "POST"])
@role_required("admin")
@recent_login_required
def invite() -> ResponseReturnValue:
    need_mail()
    form = InviteForm(request.form)
    if request.method == "GET" or not form.validate():
        waiting = invitations.find_open()
        return show_form("admin/invite.html", form, waiting=waiting, roles=roles.ROLES)
    invitations.invite(str(form.email.data), form.role.data or None, signed_in_user())
    db.session.commit()
    flash(_("The invitation was sent."))
    return redirect(url_for(".invite"), 303)


@bp.post("/admin/invite/withdraw")
@role_required("admin")
@recent_login_required
def withdraw() -> ResponseReturnValue:
    if not invitations.withdraw(request.form.get("email", ""), signed_in_user()):
        abort(404)
    db.session.commit()
    flash(_("The invitation was withdrawn."))
    return redirect(url_for(".invite"), 303)


@bp.get("/admin/users/<public_id>")
@role_required("admin")
def show_user(public_id: str) -> ResponseReturnValue:
    return render_template(
        "admin/user.html",
        user=_find(public_id),
        role_of=roles.role_of,
        roles=roles.ROLES,
        has_second_factor=has_second_factor,
    )


@bp.post("/admin/users/<public_id>/<action>")
@role_required("admin")
@recent_login_required
def act(public_id: str, action: str) -> ResponseReturnValue:
    if action not in ACTIONS:
        abort(404)
    admin, user = _lock(signed_in_user(), _find(public_id))
    ACTIONS[action](user, by=admin.public_id)
    mail.notify(user, "account_changed", change=action)
    db.session.commit()
    flash(_("Done."))
    return redirect(url_for(".show_user", public_id=public_id), 303)


@bp.get("/auth/invitation/<token>")
@login_not_required
def open_invitation(token: str) -> ResponseReturnValue:
    return open_link(invitations.PURPOSE, token, then=".accept_invitation") or _refuse()


@bp.route("/auth/invitation", methods=["GET", "POST"])
@login_not_required
@checks_own_forms
def accept_invitation() -> ResponseReturnValue:
    return create_account(invitations.PURPOSE, invitations.accept) or _refuse()


def _find(public_id: str) -> User:
    found = db.session.scalar(select(User).where(User.public_id == public_id))
    return found or abort(404)


def _lock(admin: User, user: User) -> tuple[User, User]:
    """Lock an admin and the account that the admin is about to change."""
    if admin.id == user.id:
        abort(403, _("This is your own account. Only another administrator can change it here."))
    # In the order of ids: of two admins who lock each other's account out at once, the second
    # finds itself locked, and one admin is left.
    locked = {user_id: accounts.lock(user_id) for user_id in sorted((admin.id, user.id))}
    actor, target = locked[admin.id], locked[user.id]
    if actor is None or not roles.is_active_admin(actor) or target is None:
        abort(409, _("This account has just changed. Nothing was done."))
    return actor, target


def _refuse() -> ResponseReturnValue:
    reason = _(
        "This invitation was used, has expired or was withdrawn. If you already have an account, "
        "log in. Otherwise ask for a new invitation."
    )
    abort(410, reason)
