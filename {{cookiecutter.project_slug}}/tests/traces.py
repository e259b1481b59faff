"""Leave traces of a person wherever the app keeps any."""

from flask import Flask

from {{ cookiecutter.project_slug }}.auth import accounts
from {{ cookiecutter.project_slug }}.auth.links import Link
from {{ cookiecutter.project_slug }}.core.db import db, now
from {{ cookiecutter.project_slug }}.core.mail import notify
from {{ cookiecutter.project_slug }}.core.mail.outbox import Outbox
from {{ cookiecutter.project_slug }}.models import RecoveryCode

from .browser import EMAIL, Browser
from .inside import rows
from .people import add_user

NAME = "Anastasia Quill"
OLD = "quill@example.com"
PEER = "198.51.100.7"
CLIENT = "Quillfox on her own machine"
SECRETS = (b"what her authenticator knows", b"her recovery code", b"her token", b"her old token")


def leave_traces(app: Flask) -> Browser:
    """Make an account that has a row in every table; return its owner's browser."""
    with app.app_context():
        add_user(EMAIL, name=NAME)
    browser = Browser(app)
    browser.environ_base |= {"REMOTE_ADDR": PEER, "HTTP_USER_AGENT": CLIENT}
    browser.login(password="wrong, quite wrong")
    browser.login(remember="y")
    browser.post("/account/", data={"name": NAME, "language": "en"})
    browser.post("/auth/confirm", data={"password": "wrong, quite wrong"})
    secret, code, token, old_token = SECRETS
    with app.app_context():
        owner = accounts.find(EMAIL)
        assert owner is not None
        owner.totp_secret, owner.totp_since = secret, now()
        link = {"purpose": "any", "ends_at": now()}
        mail = {"purpose": "any", "language": "en"}
        db.session.add_all(
            [
                RecoveryCode(user_id=owner.id, code_hash=code),
                # Asked for before there was an account, and by its owner since.
                Link(token_hash=token, email=EMAIL, **link),
                Link(token_hash=old_token, email=OLD, user_id=owner.id, **link),
                Outbox(recipient=EMAIL, detail={"address": PEER, "client": CLIENT}, **mail),
            ]
        )
        owner.email = OLD
        notify(owner, "password_changed")
        owner.email = EMAIL
        db.session.commit()
    return browser


def what_is_personal(app: Flask) -> list[bytes]:
    """Return what must not be left of the account that left traces."""
    (owner,) = rows(
        app, "SELECT public_id, password_hash FROM users WHERE email = :email", email=EMAIL
    )
    texts = [EMAIL, OLD, NAME, PEER, CLIENT, *owner.values()]
    return [*(text.encode() for text in texts), *SECRETS]
