"""Mail a link to an address, and move it out of the URL when the user opens it.

In the URL, logs and referrers would keep its token.
"""

from flask import abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response
from wtforms import Form

from ..config import settings
from ..core import mail, throttle
from ..core.db import db
from ..core.i18n import gettext as _, language
from ..models import User
from . import links, passwords
from .forms import AddressForm, NewPasswordForm, accept_password, show_form
from .links import Link
from .stale_forms import FIELD

KEY = "opened_links"
# Enough for a form in each of several tabs. A cookie may carry the list, so keep it short.
KEPT = 5


def need_mail() -> None:
    if not settings().can_mail:
        abort(403, _("This site sends no mail. Ask the people who run it."))


def ask_for_link(purpose: str, page: str, *, asker: User | None = None) -> ResponseReturnValue:
    """Mail a link to an address; the page does not reveal whether it has an account.

    `asker` is a signed-in user. Without one, a visitor asks, and the mails are spaced out.
    """
    form = AddressForm(request.form)
    if request.method == "GET" or not form.validate():
        return show_form(page, form)
    email = str(form.email.data)
    throttle.count_mail()
    if asker is None:
        mail.enqueue_once(purpose, email)
    else:
        mail.enqueue(purpose, email, speaking=language(), user=asker.id, epoch=asker.session_epoch)
    db.session.commit()
    return render_template("auth/check_mail.html", email=email)


def open_link(purpose: str, token: str, *, then: str) -> Response | None:
    """Keep a link's row id in the session, with the last few, and redirect; do not use it up.

    Mail scanners open links before users do. None if the link does not work.
    """
    link = links.find_by_token(purpose, token)
    if link is None:
        return None
    link_id = link.id
    # The counter has its own transaction, which would wait for this one. Opening a link can
    # store a session: an attacker who opens one again and again would fill the table.
    db.session.commit()
    throttle.count_opening()
    earlier = [other for other in session.get(KEY, []) if other != link_id]
    session[KEY] = [*earlier, link_id][-KEPT:]
    return redirect(url_for(then), 303)


def opened_link(purpose: str) -> Link | None:
    """Return the link that a form names, or else the one that this browser opened last.

    None if the link no longer works. A form acts for no other link: an attacker's site may have
    made the browser open one for the attacker's account since.
    """
    opened, named = session.get(KEY, []), request.form.get(FIELD)
    if named is not None:
        opened = [link_id for link_id in opened if str(link_id) == named]
    return links.find_last(purpose, opened)


def show_link_form(page: str, form: Form, link: Link, **values: object) -> ResponseReturnValue:
    """Show the form that a link leads to; a rejected form keeps its link."""
    return show_form(page, form, email=link.email, made_for=link.id, **values)


def hash_chosen(form: NewPasswordForm, *, email: str, name: str) -> str | None:
    """Hash the password of a form that a link leads to; None if the form is rejected.

    This costs as much as a login and can be repeated, so it counts as a login attempt from
    this address, unless the queue is full (503).
    """
    db.session.commit()
    with passwords.queue_slot():
        throttle.count_address()
        if not form.validate() or not accept_password(form.password, email=email, name=name):
            return None
        return passwords.hash_password(str(form.password.data))


def refuse_link() -> ResponseReturnValue:
    """Show one page for wrong, used, expired and revoked links, with a way to ask again."""
    return render_template("auth/link_void.html", start=url_for(".start")), 410
