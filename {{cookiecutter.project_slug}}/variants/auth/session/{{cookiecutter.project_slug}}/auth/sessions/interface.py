"""Store `flask.session` on the server: the cookie holds only a random token.

Flask's own sessions are cookies, signed but readable, that the server cannot revoke.
"""

from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin, session_json_serializer
from werkzeug.datastructures import CallbackDict

from ...config import settings
from ...core import audit
from ...core.db import db, writing
from ...core.db.cleanup import delete_expired
from ...core.web.request import loader
from .. import accounts
from . import store
from .limits import Login, absolute_limit, needs_touch
from .store import Stored, StoredSession

# Each login deletes a few expired rows, so that the table shrinks without a timer too.
PURGE_AT_LOGIN = 20
# What most sessions hold: skip parsing it.
EMPTY = "{}"


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """Hold the data of one browser's session, and what to do with it after the request."""

    modified = False

    def __init__(self, token: str | None) -> None:
        super().__init__(on_update=ServerSession._mark)
        self.token = token
        self.stored: Stored | None = None
        self.login: Login | None = None
        self.ended = False
        self.rotated = False
        self.proved = False
        # Do not save: the session could not be read, or has been saved already.
        self.settled = False

    @property
    def is_unsaved(self) -> bool:
        """Tell whether there is anything to write, even if only the time of last use."""
        if self.settled:
            return False
        if self.modified or self.login or self.ended or self.rotated:
            return True
        stored = self.stored
        return stored is not None and needs_touch(stored.seen_at, stored.remembered)

    def fill(self, stored: Stored) -> None:
        if stored.data != EMPTY:
            self.update(session_json_serializer.loads(stored.data))
        self.stored = stored
        self.modified = False

    def _mark(self) -> None:
        self.modified = True


class ServerSessionInterface(SessionInterface):
    """Open without I/O; save in the session's own transaction."""

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        # No query here: its error would not reach the error pages. The guard loads the row.
        return ServerSession(request.cookies.get(self.get_cookie_name(app)))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, ServerSession) or not session.is_unsaved or loader():
            return
        # Once only: the error page for a save that failed does not try again.
        session.settled = True
        # SQLite has one writer. Uncommitted work of the view is lost anyway; left open, it
        # would make this save wait for a lock that the same request holds.
        db.session.rollback()
        stored = session.stored
        if session.login or session.ended:
            self._replace(session, response)
        elif session.modified and (stored is None or stored.user_id is None):
            # A visitor's token changes with each write: an attacker who planted the old
            # one does not share what came later, such as a link just opened.
            if session or stored:
                self._replace(session, response)
        elif stored is None:
            return
        elif session.rotated:
            with db.engine.begin() as connection:
                token = store.renew(connection, stored, _dump(session), proved=session.proved)
            if token is not None:
                _set_cookie(response, token, remembered=stored.remembered)
        elif session.modified:
            with db.engine.begin() as connection:
                store.write(connection, stored, _dump(session))
        else:
            store.touch(stored)

    def _replace(self, session: ServerSession, response: Response) -> None:
        login, stored = session.login, session.stored
        with writing() as connection:
            if login and not accounts.lock_user(connection, login.id):
                # The account was deleted meanwhile: do not sign in.
                return
            gone = stored is not None and not store.remove(connection, stored)
            if gone and not login and not session.ended:
                # A parallel request was faster, and its token is the valid one.
                return
            if login:
                # Keep one less than the limit: the new session comes on top (ASVS 7.1.2).
                expired = store.expired()
                others = settings().sessions_per_user - 1
                store.keep_newest(connection, login.id, others, expired)
                token, handle = store.add(connection, _dump(session), login)
                audit.record("login", login, within=connection, session=handle)
                delete_expired(connection, StoredSession, expired, PURGE_AT_LOGIN)
            elif session:
                token, _ = store.add(connection, _dump(session))
        if login or session:
            _set_cookie(response, token, remembered=bool(login and login.remembered))
        elif session.token is not None:
            name = settings().cookie_name("session")
            response.delete_cookie(name, **settings().cookie_attributes)


def _set_cookie(response: Response, token: str, *, remembered: bool) -> None:
    """Set the cookie; if remembered, it outlives the browser, but the server still decides."""
    lifetime = absolute_limit(remembered=True) if remembered else None
    name = settings().cookie_name("session")
    response.set_cookie(name, token, max_age=lifetime, **settings().cookie_attributes)


def _dump(session: ServerSession) -> str:
    return session_json_serializer.dumps(dict(session))
