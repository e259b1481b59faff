"""Register by mail: ask for the address first, create the account when its link is opened.

So no account has an unconfirmed address, visitors do not learn which addresses have one, and an
attacker cannot prepare one for another person's address.
"""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ..config import settings
from ..core.db import db
from ..core.i18n import gettext as _, language
from ..models import User
from . import accounts, browsers, opened_links
from .forms import FinishRegistrationForm
from .guards import login_not_required
from .sessions import login_user
from .stale_forms import checks_own_forms

bp = Blueprint("register", __name__, url_prefix="/auth/register")


@bp.before_request
def _refuse_when_closed() -> None:
    if not settings().registration_open or not settings().can_mail:
        abort(403, _("New accounts are created by the people who run this site."))


@bp.route("", methods=["GET", "POST"])
@login_not_required
def start() -> ResponseReturnValue:
    return opened_links.ask_for_link("register", "auth/register.html")


@bp.get("/<token>")
@login_not_required
def open_mailed(token: str) -> ResponseReturnValue:
    return opened_links.open_link("register", token, then=".finish") or opened_links.refuse_link()


@bp.route("/finish", methods=["GET", "POST"])
@login_not_required
@checks_own_forms
def finish() -> ResponseReturnValue:
    return create_account("register") or opened_links.refuse_link()


def create_account(
    purpose: str, accept: Callable[[User], bool] = lambda user: True
) -> ResponseReturnValue | None:
    """Show and take the form that a link of this purpose leads to; None if the link is void.

    `accept` may refuse the new account, in the transaction that creates it.
    """
    form, link = FinishRegistrationForm(request.form), opened_links.opened_link(purpose)
    if link is None:
        return None
    page = "auth/register_finish.html"
    if request.method == "GET":
        return opened_links.show_link_form(page, form, link)
    name = str(form.name.data)
    password_hash = opened_links.hash_chosen(form, email=link.email, name=name)
    if password_hash is None:
        return opened_links.show_link_form(page, form, link)
    user = accounts.register(link, name, password_hash, language())
    if user is None or not accept(user):
        db.session.rollback()
        return None
    db.session.commit()
    answer = browsers.remember(user, redirect(url_for("pages.home"), 303))
    login_user(user)
    # A cookie may hold the message until it is shown, so it contains no name.
    flash(_("Your account is ready."))
    return answer
