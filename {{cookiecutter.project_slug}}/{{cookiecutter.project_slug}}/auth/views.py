"""Log in and log out."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from ..core import audit, throttle
from ..core.db import db
from ..core.i18n import gettext as _
from . import accounts, browsers, login_steps, passwords
from .forms import LoginForm, reject, show_form
from .guards import closed_view, current_user, login_not_required
from .next_page import next_page
from .parts import LoginAttempt
from .sessions import logout_user

bp = Blueprint("auth", __name__, url_prefix="/auth")


@bp.get("/login")
@login_not_required
def login() -> ResponseReturnValue:
    if current_user() is not None:
        return redirect(next_page(), 303)
    form = LoginForm(data={"next": request.args.get("next", "")})
    return render_template("auth/login.html", form=form, closed=closed_view())


@bp.post("/login")
@login_not_required
def log_in() -> ResponseReturnValue:
    form = LoginForm(request.form)
    if not form.validate():
        return show_form("auth/login.html", form)
    email, password = str(form.email.data), str(form.password.data)
    with passwords.queue_slot():
        key = throttle.login_key(email, browsers.find(email))
        throttle.count_guess(key)
        user = accounts.authenticate(email, password)
    if user is None:
        audit.record("login_failed", accounts.find(email, hold=True))
        db.session.commit()
        # One message for both: it does not reveal which addresses have an account (ASVS 6.3.8).
        reject(form.password, _("Wrong e-mail address or password."))
        return show_form("auth/login.html", form)
    attempt = LoginAttempt(remember=bool(form.remember.data), target=next_page())
    return login_steps.begin_login(user, attempt)


@bp.post("/logout")
@login_not_required
def logout() -> ResponseReturnValue:
    user = current_user()
    if user is not None:
        audit.record("logout", user)
        db.session.commit()
    return leave()


def leave() -> Response:
    """End the browser's session, and lead home."""
    logout_user()
    response = redirect(url_for("pages.home"), 303)
    # Clear what pages stored in the browser (ASVS 14.3.1). Not "cache": pages are not cached,
    # and Chrome would search the cached files of all sites.
    response.headers["Clear-Site-Data"] = '"storage"'
    return response
