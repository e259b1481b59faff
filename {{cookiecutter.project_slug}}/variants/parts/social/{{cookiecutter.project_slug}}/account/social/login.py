"""Redirect users to a provider; when they return, log in, connect or confirm."""

import logging
import re
from secrets import token_urlsafe
from time import time
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...auth import ceremonies, confirm as confirming
from ...auth.guards import current_user, login_not_required, recent_login_required, signed_in_user
from ...auth.next_page import next_page
from ...auth.parts import factors_of
from ...core import audit, throttle
from ...core.db import db, write_in_get
from ...core.i18n import gettext as _
from ...core.web.csrf import open_to_other_origins
from ...models import User
from . import arrivals, protocol, store
from .identity import Refused
from .providers import Provider, provider_or_404
from .views import bp

# What a provider may send back.
ANSWER = ("state", "code", "iss", "error")
SECRET = re.compile("(?:[0-9a-f]{2})+")
logger = logging.getLogger(__name__)


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
    throttle.count_address()
    purpose, _dot, secret = request.args.get("state", "").partition(".")
    user = None if purpose == "login" else current_user()
    began = bytes.fromhex(secret if SECRET.fullmatch(secret) else "")
    detail = ceremonies.take(began, f"{purpose} with {name}", user)
    if detail is None:
        flash(_("That took too long, or began in another browser. Please try again."))
        return redirect(url_for("auth.login"), 303)
    write_in_get()
    try:
        found = protocol.identify(provider, request.args, detail)
        return arrivals.PURPOSES[purpose](provider, found, detail)
    except arrivals.NotAllowed as told:
        db.session.rollback()
        flash(str(told))
        return redirect(url_for(arrivals.PAGES[purpose]), 303)
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
    return redirect(url_for(arrivals.PAGES[purpose]), 303)
