"""Write the auth cookie at the end of a request: sign in, sign out or renew."""

from dataclasses import dataclass
from datetime import datetime

from flask import Flask, Response, g
from sqlalchemy import Connection

from ...config import settings
from ...core import audit
from ...core.db import db, now, writing
from ...core.db.cleanup import delete_expired
from ...core.tokens import new_id
from ...core.web.request import loader
from .. import accounts
from . import ended, tokens
from .limits import Login, idle_limit, needs_touch
from .tokens import Token

# Each login deletes a few expired entries, so that the list shrinks without a timer too.
PURGE_AT_LOGIN = 20


@dataclass
class Presence:
    """Hold the browser's token, and what to do with it at the end of the request."""

    user_id: int = 0
    token: Token | None = None
    signed_at: datetime | None = None
    login: Login | None = None
    ended: bool = False
    challenge: str | None = None
    rotated: bool = False
    proved: bool = False


def presence() -> Presence:
    if "presence" not in g:
        g.presence = Presence()
    found: Presence = g.presence
    return found


def write_cookie(response: Response) -> Response:
    """Sign in, sign out or renew; leave the cookie of a dead token alone."""
    # Once only: the error page for a write that failed does not try again.
    here: Presence | None = g.pop("presence", None)
    if here is None or loader():
        return response
    if here.login:
        token = _begin(here, here.login)
        if token is not None:
            _set(response, token)
    elif here.ended:
        _end(here)
        response.delete_cookie(_name(), **settings().cookie_attributes)
    elif here.token and here.signed_at:
        token = _continue(here, here.token, here.signed_at)
        if token is not None:
            _set(response, token)
    return response


def _begin(here: Presence, login: Login) -> Token | None:
    """Return the token to sign in with; None if the account was deleted meanwhile."""
    moment = int(now().timestamp())
    token = Token(
        sid=new_id(),
        user=login.public_id,
        epoch=login.epoch,
        login_at=moment,
        authenticated_at=moment if login.proved else 0,
        remembered=login.remembered,
    )
    db.session.rollback()
    with writing() as connection:
        if not accounts.lock_user(connection, login.id):
            return None
        _list_as_ended(connection, here)
        # Keep one less than the limit: the new session comes on top (ASVS 7.1.2).
        for old, _ in ended.live_tokens(connection, login)[settings().sessions_per_user - 1 :]:
            ended.add(connection, old.sid, old.began_at)
        delete_expired(connection, ended.EndedSession, ended.expired(), PURGE_AT_LOGIN)
        audit.record("login", login, within=connection, **_facts(token))
    return token


def _end(here: Presence) -> None:
    if here.token is None and here.challenge is None:
        return
    # Uncommitted work of the view would hold the lock that this write needs.
    db.session.rollback()
    with db.engine.begin() as connection:
        _list_as_ended(connection, here)


def _list_as_ended(connection: Connection, here: Presence) -> None:
    if here.token:
        ended.add(connection, here.token.sid, here.token.began_at)
    if here.challenge:
        ended.add(connection, here.challenge, now())


def _continue(here: Presence, token: Token, signed_at: datetime) -> Token | None:
    """Return a renewed token; None if the browser keeps its own, or the session has ended.

    A parallel request may have ended the session since it was loaded: the old token
    must not overwrite the browser's newer cookie.
    """
    if not here.rotated and not needs_touch(signed_at, token.remembered):
        return None
    # Release the connection: requests that hold one and wait for another could deadlock.
    db.session.rollback()
    if not ended.is_live(token):
        return None
    return _renew(here, token) if here.rotated else token


def _renew(here: Presence, token: Token) -> Token | None:
    """Return a token with a new sid, and the time of a proof; end the old one."""
    renewed = token._replace(sid=new_id())
    if here.proved:
        renewed = renewed._replace(authenticated_at=int(now().timestamp()))
    db.session.rollback()
    with writing() as connection:
        if not accounts.lock_user(connection, here.user_id):
            return None
        if not ended.add(connection, token.sid, token.began_at):
            return None
        # The list of sessions reads these events.
        owner = Login(here.user_id, renewed.user, renewed.epoch, renewed.remembered)
        audit.record("session_rotated", owner, within=connection, **_facts(renewed))
    return renewed


def _facts(token: Token) -> dict[str, str | int | bool]:
    return {
        "session": token.sid,
        "epoch": token.epoch,
        "login_at": token.login_at,
        "remembered": token.remembered,
    }


def _set(response: Response, token: Token) -> None:
    lifetime = idle_limit(remembered=True) if token.remembered else None
    response.set_cookie(
        _name(), tokens.sign(token), max_age=lifetime, **settings().cookie_attributes
    )


def _name() -> str:
    return settings().cookie_name("auth")


def init_app(app: Flask) -> None:
    app.after_request(write_cookie)
