"""Redirect users to a provider; when they return, log in, connect or confirm."""

import logging
import re
from collections.abc import Callable
from secrets import token_urlsafe
from time import time
from typing import Any
from urllib.parse import urlencode

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from ...auth import accounts, ceremonies, confirm as confirming, links
from ...auth.guards import current_user, login_not_required, recent_login_required, signed_in_user
from ...auth.login_steps import begin_login
from ...auth.next_page import next_page
from ...auth.parts import LoginAttempt, factors_of
from ...config import settings
from ...core import addresses, audit, mail, names
from ...core.db import db, write_in_get
from ...core.i18n import gettext as _, language
from ...core.web.csrf import open_to_other_origins
from ...models import User
from . import protocol, store
from .oidc import LEEWAY_SECONDS
from .providers import Identity, Provider, Refused, provider_or_404
from .views import bp

# What a provider may send back.
ANSWER = ("state", "code", "iss", "error")
SECRET = re.compile("(?:[0-9a-f]{2})+")
# The page that a user was on.
PAGES = {"login": "auth.login", "connect": "social.show", "confirm": "confirm.show"}
logger = logging.getLogger(__name__)


class NotAllowed(Exception):
    """The answer verifies, but the user has to do something else first: the text says what."""


@bp.post("/auth/with/<name>")
@login_not_required
def log_in(name: str) -> ResponseReturnValue:
    remember = "remember" in request.form
    return _leave(provider_or_404(name), "login", target=next_page(), remember=remember)


@bp.post("/account/connections/<name>")
@recent_login_required
def connect(name: str) -> ResponseReturnValue:
    return _leave(provider_or_404(name), "connect", signed_in_user())


@bp.post("/auth/confirm/with/<name>")
def confirm(name: str) -> ResponseReturnValue:
    user, provider = signed_in_user(), provider_or_404(name)
    form = confirming.form_for(user, factors_of(user))
    able = store.can_confirm(user, provider)
    # The counter has its own transaction, which would wait for this one.
    db.session.commit()
    # Codes first: the provider's answer is one factor, and this account may have another.
    if not able or not confirming.check(user, form):
        return confirming.show_page(user, form)
    return _leave(provider, "confirm", user, target=next_page())


@bp.post("/auth/with/<name>/callback")
@login_not_required
@open_to_other_origins
def receive(name: str) -> ResponseReturnValue:
    """Let a page of ours go on: browsers keep our cookies from this request (SameSite)."""
    sent = {key: request.form[key] for key in ANSWER if key in request.form}
    return _go_on(f"{url_for('.come_back', name=name)}?{urlencode(sent)}")


@bp.get("/auth/with/<name>/callback")
@login_not_required
def come_back(name: str) -> ResponseReturnValue:
    provider = provider_or_404(name)
    purpose, _dot, secret = request.args.get("state", "").partition(".")
    user = None if purpose == "login" else current_user()
    began = bytes.fromhex(secret if SECRET.fullmatch(secret) else "")
    detail = ceremonies.take(began, f"{purpose} with {name}", user)
    if detail is None:
        # Count and store nothing: any site can make its visitors' browsers send this request.
        abort(410, _("That took too long, or began in another browser. Please try again."))
    write_in_get()
    try:
        found = protocol.identify(provider, request.args, detail)
        return FINISHES[purpose](provider, found, detail)
    except NotAllowed as told:
        db.session.rollback()
        flash(str(told))
        return redirect(url_for(PAGES[purpose]), 303)
    except Refused as refused:
        return _refuse(provider, purpose, user, refused)


def _leave(
    provider: Provider, purpose: str, user: User | None = None, **detail: Any
) -> ResponseReturnValue:
    # Both are kept here, so that only this browser's answer can be used (RFC 7636; OpenID
    # Connect Core, 15.5.2).
    detail |= {"nonce": token_urlsafe(), "verifier": token_urlsafe(48), "began": time()}
    db.session.commit()
    secret = ceremonies.begin(f"{purpose} with {provider.name}", user, **detail)
    state = f"{purpose}.{secret.hex()}"
    try:
        page = protocol.authorization_url(provider, state, detail, again=purpose == "confirm")
    except Refused as refused:
        return _refuse(provider, purpose, user, refused)
    return _go_on(page)


def _go_on(url: str) -> ResponseReturnValue:
    """Show a page that goes on at once.

    Not a redirect: the policy `form-action` would stop the form that led here, and a browser
    that comes from another site would bring no cookies.
    """
    return render_template("social/go_on.html", url=url), {"Refresh": f"0; url={url}"}


def _refuse(
    provider: Provider, purpose: str, user: User | None, refused: Refused
) -> ResponseReturnValue:
    """Log why an answer does not verify; tell the user no reason, which would help an attacker."""
    reason = audit.printable(str(refused))[:200]
    logger.warning("%s was refused, %s: %s", provider.name, purpose, reason)
    db.session.rollback()
    audit.record("social_failed", user)
    db.session.commit()
    flash(_("%(provider)s did not confirm who you are. Please try again.", provider=provider.label))
    return redirect(url_for(PAGES[purpose]), 303)


def _finish_login(provider: Provider, found: Identity, detail: dict[str, Any]) -> Response:
    user = store.use(provider, found) or _register(provider, found)
    if user.disabled_at is not None:
        raise Refused("the account is disabled")
    attempt = LoginAttempt(
        remember=detail["remember"],
        target=detail["target"],
        both_factors=bool(found.methods & provider.two_factors),
        # The provider may have signed the user in a week ago.
        proved=False,
    )
    return begin_login(user, attempt)


def _register(provider: Provider, found: Identity) -> User:
    """Create an account without a password, or raise NotAllowed.

    Never connect the account that has the address already: an attacker who runs the
    provider, or lied to it, would take it over.
    """
    label, email = provider.label, addresses.normalise(found.address)
    if email is None or not found.address_verified or not provider.addresses_trusted:
        problem = _(
            "Your account at %(provider)s is not connected yet. Log in another way or "
            "register, then connect it on the page “Connected accounts”.",
            provider=label,
        )
        raise NotAllowed(problem)
    if not settings().registration_open:
        raise NotAllowed(_("New accounts are created by the people who run this site."))
    user = User(email=email, name=_name(found, email), language=language())
    if not accounts.add(user, "registered") or not store.add(user, provider, found):
        problem = _(
            "There is an account with the address of your account at %(provider)s. Log in to "
            "it, then connect the two on the page “Connected accounts”.",
            provider=label,
        )
        raise NotAllowed(problem)
    # Links mailed to this address before must not open this account later.
    links.delete_all(user)
    db.session.commit()
    return user


def _finish_connecting(provider: Provider, found: Identity, detail: dict[str, Any]) -> Response:
    user = signed_in_user()
    if not accounts.lock_unchanged(user):
        raise Refused("the sessions of the account have ended")
    if not store.add(user, provider, found):
        problem = _("This account is connected already, with this or another account here.")
        raise NotAllowed(problem)
    mail.report(user, "social_connected", "connections_changed", name=provider.label)
    db.session.commit()
    flash(_("The account was connected."))
    return redirect(url_for("social.show"), 303)


def _finish_confirming(provider: Provider, found: Identity, detail: dict[str, Any]) -> Response:
    user = signed_in_user()
    if not store.can_confirm(user, provider):
        raise Refused("the account has a password")
    # It may have asked the provider: do not hold a lock meanwhile.
    db.session.commit()
    # Before what belongs to the account: another order can deadlock.
    accounts.lock(user.id)
    owner = store.use(provider, found)
    if owner is None or owner.id != user.id:
        raise Refused("another account is connected with it")
    if not detail["began"] - LEEWAY_SECONDS <= found.auth_time <= time() + LEEWAY_SECONDS:
        raise Refused("it did not ask the user again")
    confirming.finish(user)
    return redirect(detail["target"], 303)


def _name(found: Identity, email: str) -> str:
    try:
        return names.normalise(found.name)
    except ValueError:
        return email.partition("@")[0]


FINISHES: dict[str, Callable[[Provider, Identity, dict[str, Any]], Response]] = {
    "login": _finish_login,
    "connect": _finish_connecting,
    "confirm": _finish_confirming,
}
