"""Remember the signed-in user by a signed cookie that the browser carries.

The server stores no sessions, only a short list of those that ended early. So it cannot tell
which cookies are in use; logout, a new password and ending all sessions still work. An attacker
who has the secret key can sign in as any user.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, has_request_context, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from ...config import settings
from ...core.db import db
from ...core.db.cleanup import delete_all_expired
from ...core.web.request import loader
from ...models import User
from .. import browsers
from . import cookie, ended, tokens
from .cookie import presence
from .limits import CHALLENGE, ActiveSession, Login, is_idle, is_over
from .tokens import Token


class SHA256SessionInterface(SecureCookieSessionInterface):
    """Sign Flask's own session, for flashes and links, with SHA-256 in place of SHA-1."""

    # Any: the types of Python 3.15 do not match those of Flask.
    digest_method: Any = staticmethod(hashlib.sha256)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        # Most requests carry no such cookie: skip making the signer that would verify it.
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        # Most sessions are empty and unchanged: skip working out the cookie's attributes.
        if (session or session.modified) and not loader():
            super().save_session(app, session, response)


def login_user(user: User, *, remember: bool = False, proved: bool = True) -> None:
    """Sign a user in with a new token; any session that the browser had ends.

    Unless `proved`, sensitive pages ask for every factor first.

    Nothing is written yet. After the view has returned, `write_cookie` records the login and
    sets the cookie, in its own transaction.
    """
    _clear_session()
    presence().login = Login.of(user, remembered=remember, proved=proved)


def logout_user() -> None:
    """End the browser's session on the server and take its cookie away."""
    _clear_session()
    presence().login = None
    presence().ended = True


def load_user() -> User | None:
    """Return the signed-in user by one query; raise SQLAlchemyError if it fails.

    Leave a dead token alone: deleting or renewing its cookie here would
    overwrite the fresh one that a parallel request has just received.
    """
    text = request.cookies.get(settings().cookie_name("auth"))
    found = find_live(text) if text else None
    if found is None:
        return None
    here = presence()
    here.token, here.signed_at, user = found
    here.user_id = user.id
    return user


def find_live(text: str) -> tuple[Token, datetime, User] | None:
    """Return a token, its signing time and its user; None if it is no longer valid."""
    found = tokens.read(text)
    if found is None:
        return None
    token, signed_at = found
    if is_idle(signed_at, token.remembered) or is_over(token.began_at, token.remembered):
        return None
    owner = ended.find(token)
    if owner is None:
        return None
    user, was_ended = owner
    if was_ended or user.disabled_at is not None or user.session_epoch != token.epoch:
        return None
    return token, signed_at, user


def rotate_session(*, proved: bool = False) -> None:
    """Give the session a new token after what it may do has changed.

    Where the user has just given every factor, it is `proved`: a recent proof from now on. Any
    other change must not count as one, or a thief at an open session could renew it forever.
    """
    presence().rotated = True
    presence().proved = proved


def is_challenge_over(handle: str) -> bool:
    """Tell whether a login step was passed or abandoned; a copied cookie still contains it."""
    return ended.is_listed(handle)


def authenticated_at() -> datetime | None:
    """Return when the signed-in user last gave every factor, None if never in this session."""
    token = presence().token
    if token is None or not token.authenticated_at:
        return None
    return datetime.fromtimestamp(token.authenticated_at, UTC)


def active_sessions(user: User) -> list[ActiveSession]:
    """Return what is known of the user's live sessions, latest first."""
    return [
        ActiveSession(
            handle=token.sid,
            client=seen.client,
            address=seen.address,
            first_seen=token.began_at,
            last_seen=None,
            current=token.sid == _current_sid(),
        )
        for token, seen in ended.live_tokens(db.session, Login.of(user))
    ]


def end_session(user: User, handle: str) -> bool:
    """End one of the user's sessions, in the caller's transaction; False if there is none."""
    for token, _ in ended.live_tokens(db.session, Login.of(user)):
        if token.sid == handle:
            return ended.add(db.session, token.sid, token.began_at)
    return False


def end_sessions(user: User, *, keep_current: bool) -> None:
    """End the user's sessions, and forget their browsers, in the caller's transaction.

    Raising the epoch also ends the session that a login in progress, with the old
    password, is about to begin. A session that is kept gets a new token: a thief may hold a
    copy of the old one.
    """
    user.session_epoch = User.session_epoch + 1
    db.session.flush()
    browsers.forget(user, keep_current=keep_current)
    if not keep_current or not has_request_context():
        return
    here = presence()
    if here.token and here.token.user == user.public_id:
        here.token = here.token._replace(epoch=user.session_epoch)
        rotate_session()


def purge() -> int:
    """Delete expired entries of the list of ended sessions, in batches; return how many."""
    return delete_all_expired(ended.EndedSession, ended.expired())


def _clear_session() -> None:
    """Empty Flask's session, and end its login step: a copied cookie would stay valid."""
    challenge = session.get(CHALLENGE)
    if challenge:
        presence().challenge = challenge[0]
    session.clear()


def _current_sid() -> str | None:
    token = presence().token if has_request_context() else None
    return token.sid if token else None


def init_app(app: Flask) -> None:
    app.session_interface = SHA256SessionInterface()
    limit = app.extensions["settings"].session_absolute_seconds
    app.permanent_session_lifetime = timedelta(seconds=limit)
    cookie.init_app(app)
