"""Mail a link to whoever asks, and move it out of the URL when it is opened.

In a URL logs and referrers would keep it.
"""

from flask import render_template, request, session
from flask.typing import ResponseReturnValue

from .. import events, links, mail, passwords, throttle
from ..db import db
from ..models import Link
from .forms import AddressForm, FinishRegistrationForm, NewPasswordForm, accept_password

KEY = "link"


def ask_for_link(purpose: str, page: str) -> ResponseReturnValue:
    """Take an address and mail a link there; the answer is the same whoever owns it."""
    form = AddressForm(request.form)
    if request.method == "GET":
        return render_template(page, form=form)
    if not form.validate():
        return render_template(page, form=form), 422
    email = str(form.email.data)
    throttle.count_mail(purpose, email, events.client_address())
    mail.enqueue(purpose, email)
    db.session.commit()
    return render_template("auth/check_mail.html", email=email)


def open_link(purpose: str, token: str) -> bool:
    """Keep a link's row id in the session; do not use it up.

    Mail scanners follow links before people do.
    """
    link = links.find_by_token(purpose, token)
    if link is not None:
        session[KEY] = link.id
    return link is not None


def opened_link(purpose: str) -> Link | None:
    """Return the link this browser has opened, looked up anew and still good."""
    return links.find_by_id(purpose, session.get(KEY))


def hash_chosen(
    form: FinishRegistrationForm | NewPasswordForm, *, email: str, name: str
) -> str | None:
    """Return the hash of the password in a form that a link leads to; None if it will not do.

    To judge and to hash one costs as much as a login does, and a link may be tried again
    and again: so it counts as one, when it has found a place.
    """
    db.session.commit()
    with passwords.place():
        throttle.count_address(events.client_address())
        if not form.validate() or not accept_password(form.password, email=email, name=name):
            return None
        return passwords.hash_password(str(form.password.data))


def refuse_link(start: str) -> ResponseReturnValue:
    """Say the same of a link that is wrong, used, old or void; `start` asks anew."""
    return render_template("auth/link_void.html", start=start), 410
