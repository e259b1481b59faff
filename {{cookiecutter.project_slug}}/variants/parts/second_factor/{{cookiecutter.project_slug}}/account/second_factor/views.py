"""Turn the second factor on and off, and create new recovery codes."""

from contextlib import suppress

import pyotp
from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, StringField
from wtforms.validators import DataRequired

from ...auth import accounts
from ...auth.forms import REQUIRED, reject, show_form
from ...auth.guards import recent_login_required, signed_in_user
from ...auth.next_page import next_page
from ...auth.sessions import end_sessions
from ...config import settings
from ...core import audit, mail
from ...core.db import db, now
from ...core.i18n import gettext as _, lazy_gettext as lazy
from ...models import User
from . import codes, encryption, store, trusted
from .store import SecondFactor

PENDING = "second_factor"
# Setup secrets expire after 30 minutes, so an old screenshot is useless.
PENDING_SECONDS = 30 * 60
# A browser's spelling checker may send typed text to another server.
CODE_INPUT = {"autocomplete": "one-time-code", "spellcheck": "false"}
CODE = StringField(lazy("Code"), validators=[DataRequired(REQUIRED)], render_kw=CODE_INPUT)

bp = Blueprint("second_factor", __name__, template_folder="templates")
bp.add_app_template_global(trusted.find_all, "trusted_browsers")


class CodeForm(Form):
    code = CODE


@bp.route("/account/second-factor", methods=["GET", "POST"])
@recent_login_required
def manage() -> ResponseReturnValue:
    user, form = signed_in_user(), CodeForm(request.form)
    factor = store.find(user) if store.is_set_up(user) else None
    if factor is not None:
        left = codes.count_recovery_codes(user)
        return render_template("second_factor/manage.html", since=factor.since, left=left)
    secret = _pending_secret(user)
    if request.method == "GET" or not form.validate():
        return _show_secret(user, secret, form)
    step = codes.matching_step(secret, str(form.code.data))
    if step is None:
        problem = _(
            "This code does not match the key. Wait for the next one. If that is refused too, "
            "the clock of your phone may be wrong."
        )
        reject(form.code, problem)
        return _show_secret(user, secret, form)
    _hold(user, on=False)
    encrypted = encryption.encrypt(secret.encode(), owner=user.public_id)
    factor = SecondFactor(user_id=user.id, secret=encrypted, since=now(), last_step=step)
    db.session.add(factor)
    del session[PENDING]
    return _show_new_codes(user, "second_factor_on")


@bp.post("/account/second-factor/codes")
@recent_login_required
def renew_codes() -> ResponseReturnValue:
    user = signed_in_user()
    _hold(user, on=True)
    return _show_new_codes(user, "recovery_codes_renewed")


@bp.post("/account/second-factor/off")
@recent_login_required
def switch_off() -> ResponseReturnValue:
    user = signed_in_user()
    _hold(user, on=True)
    store.drop(user)
    _settle(user, "second_factor_off")
    flash(_("Two-factor authentication is off. Your other sessions have ended."))
    return redirect(url_for(".manage"), 303)


@bp.post("/account/second-factor/trusted/<handle>/end")
@recent_login_required
def end_trust(handle: str) -> ResponseReturnValue:
    user = signed_in_user()
    if accounts.lock(user.id) is None or not trusted.end(user, handle):
        abort(404)
    audit.record("browser_trust_ended", user)
    db.session.commit()
    flash(_("Logging in on that browser requires a code again."))
    return redirect(next_page(), 303)


def _hold(user: User, *, on: bool) -> None:
    """Lock the account; redirect to the page if it has changed since the guard loaded it."""
    if not accounts.lock_unchanged(user) or (store.find(user) is not None) != on:
        abort(redirect(url_for(".manage"), 303))


def _settle(user: User, what: str) -> None:
    mail.report(user, what, "second_factor_changed")
    # The user may have changed it because a thief is signed in elsewhere (ASVS 7.4.3).
    end_sessions(user, keep_current=True)
    trusted.forget(user, keep_current=False)
    db.session.commit()


def _show_secret(user: User, secret: str, form: CodeForm) -> ResponseReturnValue:
    key, qr = codes.in_groups(secret, " "), codes.draw(secret, user.email)
    required = settings().require_second_factor
    page = "second_factor/set_up.html"
    return show_form(page, form, secret=key, qr=qr, required=required)


def _show_new_codes(user: User, what: str) -> str:
    """Show recovery codes at once, not after a redirect: they are stored nowhere."""
    made = codes.renew_recovery_codes(user)
    _settle(user, what)
    return render_template("second_factor/codes.html", codes=made)


def _pending_secret(user: User) -> str:
    """Return the secret that the user must confirm; encrypted, since a cookie may carry it."""
    encrypted, until = session.get(PENDING, (b"", 0))
    if now().timestamp() < until:
        with suppress(encryption.Unreadable):
            return encryption.decrypt(encrypted, owner=user.public_id).decode()
    secret = pyotp.random_base32()
    until = int(now().timestamp()) + PENDING_SECONDS
    session[PENDING] = (encryption.encrypt(secret.encode(), owner=user.public_id), until)
    return secret
