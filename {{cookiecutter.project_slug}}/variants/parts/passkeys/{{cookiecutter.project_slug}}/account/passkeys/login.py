"""Log in with a passkey, and confirm with one."""

from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from ...auth import accounts, ceremonies, confirm as confirming, login_steps
from ...auth.guards import current_user, login_not_required, signed_in_user
from ...auth.next_page import local_or_home, next_page
from ...auth.parts import LoginAttempt, factors_of
from ...config import settings
from ...core import audit, throttle
from ...core.db import db
from ...models import User
from . import store, webauthn
from .views import bp, read, text


def ask_for_passkey(user: User, attempt: LoginAttempt) -> Response | None:
    """Redirect a user who must have two factors, and has a passkey as the second, to its page.

    Nobody is signed in there, and the page trusts nothing of the password step: a passkey is
    both factors.
    """
    required = settings().require_second_factor
    if not required or factors_of(user) or not store.has_passkey(user):
        return None
    remember = "y" if attempt.remember else None
    return redirect(url_for("passkeys.ask", next=attempt.target, remember=remember), 303)


@bp.get("/auth/passkey")
@login_not_required
def ask() -> ResponseReturnValue:
    if current_user() is not None:
        return redirect(next_page(), 303)
    return render_template("passkeys/ask.html", remembered="remember" in request.args)


@bp.post("/auth/passkey/options")
@login_not_required
def login_options() -> ResponseReturnValue:
    read()
    challenge = ceremonies.begin("login by passkey")
    return jsonify(webauthn.request_options(challenge, []))


@bp.post("/auth/passkey")
@login_not_required
def log_in() -> ResponseReturnValue:
    answer = read()
    throttle.count_address()
    user = _check(answer, "login by passkey")
    target, remember = local_or_home(text(answer, "next")), answer.get("remember") is True
    attempt = LoginAttempt(remember=remember, target=target, both_factors=True)
    return _as_json(login_steps.begin_login(user, attempt))


@bp.post("/auth/confirm/passkey/options")
def confirm_options() -> ResponseReturnValue:
    read()
    user = signed_in_user()
    allowed = store.all_of(user)
    db.session.commit()
    challenge = ceremonies.begin("confirm by passkey", user)
    return jsonify(webauthn.request_options(challenge, allowed))


@bp.post("/auth/confirm/passkey")
def confirm() -> ResponseReturnValue:
    answer, user = read(), signed_in_user()
    throttle.count_address()
    _check(answer, "confirm by passkey", user)
    # The event locks the account: a lock on the passkey, taken before, could deadlock.
    db.session.commit()
    confirming.finish(user)
    return jsonify(location=local_or_home(text(answer, "next")))


def _check(answer: dict[str, Any], purpose: str, owner: User | None = None) -> User:
    """Return the user whose passkey answers a challenge of this browser, or raise Refused (400).

    With `owner`, refuse the passkeys of others: a thief at an open session has one too.
    """
    found = None
    try:
        challenge = webauthn.challenge_in(answer)
        if ceremonies.take(challenge, purpose, owner) is None:
            raise webauthn.Refused("the challenge is not one of this browser")
        found = store.find(webauthn.credential_id_in(answer))
        if found is None or found[1].disabled_at is not None:
            raise webauthn.Refused("no account has it")
        passkey, user = found
        if owner is not None and user.id != owner.id:
            raise webauthn.Refused("another account has it")
        changes = webauthn.verify(answer, challenge, passkey, owner_known=owner is not None)
        if not store.record_use(passkey, changes):
            raise webauthn.Refused("another request has just used this passkey")
    except webauthn.Refused:
        whose = found[1] if found else owner
        # Another request may have deleted the account.
        audit.record("passkey_failed", accounts.lock(whose.id) if whose else None)
        db.session.commit()
        raise
    return user


def _as_json(answer: Response) -> Response:
    """Turn a redirect into JSON, with its cookies: `fetch` would follow it unseen."""
    answer.status_code, answer.mimetype = 200, "application/json"
    answer.set_data(jsonify(location=answer.headers.pop("Location")).get_data())
    return answer
