"""List, add, rename and remove the passkeys of the signed-in user."""

from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...auth import accounts, ceremonies
from ...auth.guards import login_not_required, recent_login_required, signed_in_user
from ...auth.parts import lock_for_removal
from ...config import settings
from ...core import audit, mail, names, user_agents
from ...core.db import db
from ...core.i18n import gettext as _
from ...core.mail import external_url
from ...core.web.csrf import our_origin
from . import store, webauthn

bp = Blueprint(
    "passkeys",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/account/passkeys/static",
)


@bp.app_template_global("passkeys_work")
def work() -> bool:
    """Tell whether browsers take passkeys on the page that they are on."""
    known = settings()
    return webauthn.has_host_name(known) and our_origin() == known.public_url


@bp.get("/account/passkeys")
def manage() -> ResponseReturnValue:
    return render_template("passkeys/manage.html", passkeys=store.all_of(signed_in_user()))


@bp.post("/account/passkeys/options")
@recent_login_required
def add_options() -> ResponseReturnValue:
    read()
    user = signed_in_user()
    have, handle = store.all_of(user), store.handle_of(user)
    db.session.commit()
    challenge = ceremonies.begin("add passkey", user, handle=handle.hex())
    return jsonify(webauthn.creation_options(challenge, user, handle, have))


@bp.post("/account/passkeys")
@recent_login_required
def add() -> ResponseReturnValue:
    answer, user = read(), signed_in_user()
    name = _name(text(answer, "name"))
    challenge = webauthn.challenge_in(answer)
    taken = ceremonies.take(challenge, "add passkey", user)
    if taken is None:
        raise webauthn.Refused("the challenge is not one of this browser")
    made = webauthn.read_new(answer, challenge)
    if not accounts.lock_unchanged(user):
        raise webauthn.Refused("the sessions of the account have ended")
    handle = bytes.fromhex(taken["handle"])
    if not store.add(**made, user_id=user.id, user_handle=handle, name=name):
        abort(409, _("This passkey has been added already."))
    mail.report(user, "passkey_added", "passkeys_changed", name=name)
    db.session.commit()
    flash(_("The passkey was added."))
    return jsonify(location=url_for(".manage")), 201


@bp.post("/account/passkeys/<public_id>/rename")
@recent_login_required
def rename(public_id: str) -> ResponseReturnValue:
    user = signed_in_user()
    try:
        name = names.normalise(request.form.get("name", ""))
    except ValueError as problem:
        flash(str(problem))
        return redirect(url_for(".manage"), 303)
    if not store.rename(user, public_id, name):
        abort(404)
    mail.report(user, "passkey_renamed", "passkeys_changed", name=name)
    db.session.commit()
    flash(_("Saved."))
    return redirect(url_for(".manage"), 303)


@bp.post("/account/passkeys/<public_id>/remove")
@recent_login_required
def remove(public_id: str) -> ResponseReturnValue:
    user = lock_for_removal(signed_in_user())
    name = store.remove(user, public_id)
    if name is None:
        abort(404)
    mail.report(user, "passkey_removed", "passkeys_changed", name=name)
    db.session.commit()
    flash(_("The passkey was removed. Delete it in your password manager too."))
    return redirect(url_for(".manage"), 303)


@bp.get("/.well-known/passkey-endpoints")
@login_not_required
def show_endpoints() -> ResponseReturnValue:
    """Tell password managers where passkeys are added and removed (W3C, Passkey Endpoints)."""
    page = external_url("passkeys.manage")
    return jsonify(enroll=page, manage=page)


def read() -> dict[str, Any]:
    """Return the object that the script sends; raise 415 or 400 if it sends none."""
    if request.mimetype != "application/json":
        abort(415)
    try:
        found = request.get_json()
    except RecursionError:
        found = None
    return found if isinstance(found, dict) else abort(400)


def text(answer: dict[str, Any], key: str) -> str:
    """Return a text of an answer, or "" if it is none."""
    found = answer.get(key)
    return found if isinstance(found, str) else ""


def _name(typed: str) -> str:
    """Return the name of a passkey; without a usable one, the browser that it is made in."""
    try:
        return names.normalise(typed)
    except ValueError:
        return user_agents.describe(audit.client_name())
