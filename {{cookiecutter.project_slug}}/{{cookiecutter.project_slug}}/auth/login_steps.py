"""Lead a user from the right password to a session, through further steps if any are due."""

from dataclasses import replace
from datetime import timedelta

from flask import redirect, url_for
from sqlalchemy import bindparam, select
from werkzeug.wrappers import Response

from ..core import audit, mail, user_agents
from ..core.audit import Event
from ..core.db import db, now
from ..models import User
from . import browsers
from .parts import LoginAttempt, Part, all_parts, is_password_enough
from .sessions import login_user, logout_user

# At most as long as events are kept: logins are looked up in the audit trail.
BROWSERS_KNOWN_FOR = timedelta(days=90)
_CLIENTS = (
    select(Event.client)
    .where(
        Event.user_id == bindparam("user_id"),
        Event.kind == "login",
        Event.at > bindparam("since"),
    )
    .distinct()
)


def begin_login(user: User, attempt: LoginAttempt) -> Response:
    """Sign in a user with the right password, or redirect to the next step that is due."""
    # Between two steps an operator disabled the account, or its user set a new password.
    if user.disabled_at is not None or attempt.epoch not in (None, user.session_epoch):
        return redirect(url_for("auth.login"), 303)
    # A step may keep something in the session: not in one that another user or an attacker has.
    logout_user()
    attempt = replace(attempt, epoch=user.session_epoch)
    # Factors first: a step of your own may show or change something.
    for part in sorted(all_parts(), key=lambda part: not _is_of_factors(part)):
        if part.login_step is None or part.name in attempt.passed:
            continue
        if attempt.both_factors and _is_of_factors(part):
            continue
        attempt = replace(attempt, passed=[*attempt.passed, part.name])
        answer = part.login_step(user, attempt)
        if answer is not None:
            return answer
    return _sign_in(user, attempt)


def _sign_in(user: User, attempt: LoginAttempt) -> Response:
    """Sign in a user who has passed every step, and redirect to the page they were going to.

    A login that skipped the second factor, in a trusted browser, is no recent proof.
    """
    _tell_of_new_browser(user)
    db.session.commit()
    answer = browsers.remember(user, redirect(attempt.target or url_for("pages.home"), 303))
    # Last: if remembering the browser fails, the error page must not sign the user in.
    proved = attempt.proved and (attempt.both_factors or is_password_enough(user))
    login_user(user, remember=attempt.remember, proved=proved)
    return answer


def _is_of_factors(part: Part) -> bool:
    return bool(part.factor or part.passwordless)


def _tell_of_new_browser(user: User) -> None:
    """Mail a notice of a sign-in from a kind of browser not seen before (ASVS 6.3.5)."""
    since = now() - BROWSERS_KNOWN_FOR
    seen = set(db.session.scalars(_CLIENTS, {"user_id": user.id, "since": since}))
    client = audit.client_name()
    # A new account's first login needs no notice; after 90 days without one, every login does.
    if client in seen or (not seen and user.created_at > since):
        return
    if user_agents.names(client) in {user_agents.names(one) for one in seen}:
        return
    mail.notify(user, "new_browser", client=client, address=audit.client_address())
