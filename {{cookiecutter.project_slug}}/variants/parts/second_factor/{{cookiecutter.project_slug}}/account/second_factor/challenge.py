"""Ask for a code after the right password and before the session.

The user is not signed in meanwhile: the browser's session opens only this page, and each
request checks again whether it is still valid.
"""

from dataclasses import asdict, replace

from flask import abort, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import BooleanField

from ...auth import login_steps
from ...auth.forms import show_form
from ...auth.guards import login_not_required
from ...auth.parts import LoginAttempt
from ...auth.sessions import is_challenge_over
from ...auth.sessions.limits import CHALLENGE
from ...auth.stale_forms import checks_own_forms, is_made_for
from ...core import throttle
from ...core.db import db, now
from ...core.i18n import gettext as _, lazy_gettext as lazy, set_language
from ...core.tokens import new_id
from ...models import User
from . import codes, store, trusted
from .views import CodeForm, bp

LIFETIME_SECONDS = 10 * 60
# A cookie may carry it, and browsers drop cookies of more than 4 KB.
TARGET_MAX_LENGTH = 1000


class ChallengeForm(CodeForm):
    trust = BooleanField(lazy("Do not ask again on this browser for 30 days"))


def ask_for_code(user: User, attempt: LoginAttempt) -> Response | None:
    """Redirect a user with the right password and a second factor to the page below."""
    if not store.is_set_up(user) or trusted.is_trusted(user):
        return None
    until = int(now().timestamp()) + LIFETIME_SECONDS
    if len(ascii(attempt.target)) >= TARGET_MAX_LENGTH:
        attempt = replace(attempt, target="")
    handle, kept = new_id(), asdict(attempt)
    session[CHALLENGE] = (handle, user.public_id, user.session_epoch, until, kept)
    return redirect(url_for("second_factor.challenge"), 303)


@bp.route("/auth/second-factor", methods=["GET", "POST"])
@login_not_required
@checks_own_forms
def challenge() -> ResponseReturnValue:
    form, found = ChallengeForm(request.form), _challenged()
    # The counter has its own transaction, which would wait for this one.
    db.session.commit()
    if found is None:
        if session.pop(CHALLENGE, None):
            flash(_("That took too long. Please log in again."))
        return redirect(url_for("auth.login"), 303)
    handle, user, attempt = found
    set_language(user.language)
    if not is_made_for(handle, request.form):
        # The code may be for another account, whose login began earlier in another tab.
        problem = _(
            "You have started another login since you opened this page. "
            "Nothing was changed. Open the page again to continue."
        )
        abort(409, problem)
    page = "second_factor/challenge.html"
    if request.method == "GET" or not form.validate():
        return show_form(page, form, hint=codes.hint(user), made_for=handle)
    key = throttle.code_key(user)
    throttle.count_guess(key)
    if not codes.accept(user, form.code):
        db.session.commit()
        return show_form(page, form, hint=codes.hint(user), made_for=handle)
    throttle.forgive(key)
    if form.trust.data:
        trusted.trust(user)
    # A step of your own may follow, in a request of its own.
    db.session.commit()
    return login_steps.begin_login(user, replace(attempt, both_factors=True))


def _challenged() -> tuple[str, User, LoginAttempt] | None:
    """Return the user who recently gave the right password; None if the account has changed."""
    handle, public_id, epoch, until, kept = session.get(CHALLENGE, ("", "", 0, 0, {}))
    if now().timestamp() >= until or is_challenge_over(handle):
        return None
    same = (User.public_id == public_id, User.session_epoch == epoch)
    user = db.session.scalar(select(User).where(*same, User.disabled_at.is_(None)))
    if user is None or not store.is_set_up(user):
        return None
    return handle, user, LoginAttempt(**kept)
