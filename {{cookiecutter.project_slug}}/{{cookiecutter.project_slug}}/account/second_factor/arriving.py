"""Ask for a code between the right password and the session.

Nobody is signed in meanwhile: what the browser holds opens nothing but this page, and
each request looks up anew whether it still holds.
"""

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ... import events, throttle
from ...auth import arrival
from ...auth.forms import reject, show_form
from ...auth.guards import login_not_required
from ...auth.sessions import logout_user
from ...db import db, now
from ...i18n import gettext as _, speak
from ...models import User
from . import codes
from .views import CodeForm, bp

KEY = "arriving"
LIFETIME_SECONDS = 10 * 60
# A cookie may carry it, and browsers drop one of more than 4 KB.
TARGET_MAX_LENGTH = 1000


def ask_for_code(user: User, remember: bool, target: str) -> ResponseReturnValue | None:
    """Lead whoever gave the right password, and has a second factor, to the page below."""
    if user.totp_secret is None:
        return None
    # A session that was planted in this browser must not share in what follows.
    logout_user()
    until = int(now().timestamp()) + LIFETIME_SECONDS
    target = target if len(ascii(target)) < TARGET_MAX_LENGTH else ""
    session[KEY] = (user.public_id, user.session_epoch, until, remember, target)
    return redirect(url_for("second_factor.arrive"), 303)


@bp.route("/auth/second-factor", methods=["GET", "POST"])
@login_not_required
def arrive() -> ResponseReturnValue:
    form, found = CodeForm(request.form), _arriving()
    # The counter has a transaction of its own, which would wait for this one.
    db.session.commit()
    if found is None:
        if session.pop(KEY, None):
            flash(_("That took too long. Please log in again."))
        return redirect(url_for("auth.login"), 303)
    user, remember, target = found
    speak(user.language)
    page = "second_factor/arrive.html"
    if request.method == "GET" or not form.validate():
        return show_form(page, form, hint=codes.hint(user))
    throttle.count_login(user.email, events.client_address())
    if codes.use(user, str(form.code.data)):
        return arrival.finish(user, remember=remember, target=target)
    db.session.commit()
    reject(form.code, codes.refusal(user))
    return show_form(page, form, hint=codes.hint(user))


def _arriving() -> tuple[User, bool, str] | None:
    """Return who gave the right password here of late, unless the account has changed since."""
    public_id, epoch, until, remember, target = session.get(KEY, ("", 0, 0, False, ""))
    if now().timestamp() >= until:
        return None
    same = (User.public_id == public_id, User.session_epoch == epoch)
    ready = (User.disabled_at.is_(None), User.totp_secret.is_not(None))
    user = db.session.scalar(select(User).where(*same, *ready))
    return (user, remember, target) if user else None
