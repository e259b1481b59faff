"""Mail a link to an address, and move it out of the URL when it is opened.

In a URL logs and referrers would keep it.
"""

from flask import abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response
from wtforms import Form

from ..config import settings
from ..core import audit, mail, throttle
from ..core.db import db
from ..core.i18n import gettext as _, language
from ..models import User
from . import links, passwords
from .forms import AddressForm, NewPasswordForm, accept_password, show_form
from .links import Link
from .stale_forms import FIELD

KEY = "opened_links"
# For a form in each of several tabs. A cookie may carry the list.
KEPT = 5


def need_mail() -> None:
    if not settings().can_mail:
        abort(403, _("This site sends no mail. Ask the people who run it."))


def ask_for_link(purpose: str, page: str, *, asker: User | None = None) -> ResponseReturnValue:
    """Take an address and mail a link there; the answer tells nothing of its owner.

    Without an `asker`, who is signed in, a visitor asks: then the mails are spaced out.
    """
    form = AddressForm(request.form)
    if request.method == "GET" or not form.validate():
        return show_form(page, form)
    email = str(form.email.data)
    throttle.count_mail(audit.client_address())
    if asker is None:
        mail.enqueue_once(purpose, email)
    else:
        mail.enqueue(purpose, email, speaking=language(), user=asker.id, epoch=asker.session_epoch)
    db.session.commit()
    return render_template("auth/check_mail.html", email=email)


def open_link(purpose: str, token: str, *, then: str) -> Response | None:
    """Keep a link's row id in the session, with the last few, and go on; do not use it up.

    Mail scanners follow links before people do. None if the link is no good.
    """
    link = links.find_by_token(purpose, token)
    if link is None:
        return None
    link_id = link.id
    # The counter has a transaction of its own, which would wait for this one. To open a link
    # can store a session: one link, opened again and again, would fill the table.
    db.session.commit()
    throttle.count_opening(audit.client_address())
    earlier = [other for other in session.get(KEY, []) if other != link_id]
    session[KEY] = [*earlier, link_id][-KEPT:]
    return redirect(url_for(then), 303)


def opened_link(purpose: str) -> Link | None:
    """Return the link that a form is for, or else the one this browser opened last.

    It is looked up anew: None if it is void. A form acts for no other link, although another
    site may have led the browser to one since: an attacker's, for the attacker's account.
    """
    opened, named = session.get(KEY, []), request.form.get(FIELD)
    if named is not None:
        opened = [link_id for link_id in opened if str(link_id) == named]
    return links.find_last(purpose, opened)


def show_link_form(page: str, form: Form, link: Link) -> ResponseReturnValue:
    """Show the form that a link leads to; refused, it comes back for the same link."""
    return show_form(page, form, email=link.email, made_for=link.id)


def hash_chosen(form: NewPasswordForm, *, email: str, name: str) -> str | None:
    """Return the hash of the password in a form that a link leads to; None if it will not do.

    This costs as much as a login, and a link's form can be sent again and again: so it
    counts as an attempt to log in from this address, unless it is turned away (503).
    """
    db.session.commit()
    with passwords.queue_slot():
        throttle.count_address(audit.client_address())
        if not form.validate() or not accept_password(form.password, email=email, name=name):
            return None
        return passwords.hash_password(str(form.password.data))


def refuse_link() -> ResponseReturnValue:
    """Say the same of a link that is wrong, used, old or void; the blueprint's start asks anew."""
    return render_template("auth/link_void.html", start=url_for(".start")), 410
