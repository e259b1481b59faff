"""Act for the user who comes back from a provider."""

from collections.abc import Callable
from time import time
from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from ...auth import accounts, confirm, links
from ...auth.guards import signed_in_user
from ...auth.login_steps import begin_login
from ...auth.parts import LoginAttempt
from ...config import settings
from ...core import addresses, mail, names
from ...core.db import db
from ...core.i18n import gettext as _, language
from ...models import User
from . import store
from .identity import Identity, Refused
from .oidc import LEEWAY_SECONDS
from .providers import Provider

# The page that a user was on.
PAGES = {"login": "auth.login", "connect": "social.show", "confirm": "confirm.show"}


class NotAllowed(Exception):
    """The answer verifies, but the user has to do something else first: the text says what."""


def _log_in(provider: Provider, found: Identity, detail: dict[str, Any]) -> Response:
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


def _connect(provider: Provider, found: Identity, detail: dict[str, Any]) -> Response:
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


def _confirm(provider: Provider, found: Identity, detail: dict[str, Any]) -> Response:
    user = signed_in_user()
    if not store.can_confirm(user, provider):
        raise Refused("the account has a password")
    # It may have asked the provider: do not hold a lock meanwhile.
    db.session.commit()
    owner = store.use(provider, found)
    if owner is None or owner.id != user.id:
        raise Refused("another account is connected with it")
    if not detail["began"] - LEEWAY_SECONDS <= found.auth_time <= time() + LEEWAY_SECONDS:
        raise Refused("it did not ask the user again")
    confirm.finish(user)
    return redirect(detail["target"], 303)


def _name(found: Identity, email: str) -> str:
    try:
        return names.normalise(found.name)
    except ValueError:
        return email.partition("@")[0]


PURPOSES: dict[str, Callable[[Provider, Identity, dict[str, Any]], Response]] = {
    "login": _log_in,
    "connect": _connect,
    "confirm": _confirm,
}
