"""Remember the signed-in user by a session on the server, named by a random token.

Nothing here depends on the secret key. The server can list and end sessions at any time;
the price is a row for each and an occasional write.
"""

from datetime import datetime
from typing import cast

from flask import Flask, has_request_context, session
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from ...core.db import changed, db
from ...core.db.cleanup import delete_all_expired
from ...models import User
from .. import browsers
from . import store
from .interface import ServerSession, ServerSessionInterface
from .limits import ActiveSession, Login, is_idle, is_over
from .store import Stored, StoredSession


def login_user(user: User, *, remember: bool = False, proved: bool = True) -> None:
    """Sign a user in with a new token; any session that the browser had ends.

    Unless `proved`, sensitive pages ask for every factor first.

    Nothing is written yet. After the view has returned, `save_session` stores the row and sets
    the cookie, in its own transaction. A token that an attacker planted before the login
    (session fixation) is useless after it.
    """
    session.clear()
    _current().login = Login.of(user, remembered=remember, proved=proved)


def logout_user() -> None:
    """End the browser's session on the server and take its cookie away."""
    session.clear()
    _current().login = None
    _current().ended = True


def load_user() -> User | None:
    """Return the signed-in user by one query; raise SQLAlchemyError if it fails.

    Leave a dead token alone: deleting or renewing its cookie here would
    overwrite the fresh one that a parallel request has just received.
    """
    browser = _current()
    if browser.token is None:
        return None
    try:
        found = store.find(browser.token)
    except SQLAlchemyError:
        browser.settled = True
        raise
    if found is None or not is_alive(*found):
        return None
    browser.fill(found[0])
    return found[1]


def rotate_session(*, proved: bool = False) -> None:
    """Give the session a new token after what it may do has changed.

    Where the user has just given every factor, it is `proved`: a recent proof from now on. Any
    other change must not count as one, or a thief at an open session could renew it forever.
    """
    session = _current()
    session.rotated = session.stored is not None and session.stored.user_id is not None
    session.proved = proved


def is_challenge_over(handle: str) -> bool:
    """Return False: when a login step ends, its row is deleted, so no cookie finds it."""
    return False


def authenticated_at() -> datetime | None:
    """Return when the signed-in user last gave every factor, None if never in this session."""
    stored = _current().stored
    return stored.authenticated_at if stored else None


def active_sessions(user: User) -> list[ActiveSession]:
    """Return the user's live sessions, latest first."""
    rows = db.session.scalars(
        select(StoredSession)
        .where(_of(user), StoredSession.epoch == user.session_epoch)
        .order_by(StoredSession.seen_at.desc())
    )
    return [
        ActiveSession(
            handle=row.handle,
            client=row.client,
            address=row.address,
            first_seen=row.created_at,
            last_seen=row.seen_at,
            current=row.handle == _current_handle(),
        )
        for row in rows
        if not is_over(row.created_at, row.remembered) and not is_idle(row.seen_at, row.remembered)
    ]


def end_session(user: User, handle: str) -> bool:
    """End one of the user's sessions, in the caller's transaction; False if there is none."""
    return changed(delete(StoredSession).where(_of(user), StoredSession.handle == handle))


def end_sessions(user: User, *, keep_current: bool) -> None:
    """End the user's sessions, and forget their browsers, in the caller's transaction.

    Raising the epoch also ends the session that a login in progress, with the old
    password, is about to begin. A session that is kept gets a new token: a thief may hold a
    copy of the old one.
    """
    user.session_epoch = User.session_epoch + 1
    db.session.flush()
    browsers.forget(user, keep_current=keep_current)
    here = _current().stored if keep_current and has_request_context() else None
    kept = StoredSession.handle == (here.handle if here else None)
    db.session.execute(delete(StoredSession).where(_of(user), ~kept))
    # Move only this one to the new epoch: a login may have added another since.
    db.session.execute(
        update(StoredSession).where(_of(user), kept).values(epoch=user.session_epoch)
    )
    if here and here.user_id == user.id:
        _current().stored = here._replace(epoch=user.session_epoch)
        rotate_session()


def purge() -> int:
    """Delete expired sessions, in small batches; return how many."""
    return delete_all_expired(StoredSession, store.expired())


def is_alive(stored: Stored, user: User | None) -> bool:
    """Tell whether a session that was found is still valid for its user."""
    if is_over(stored.created_at, stored.remembered) or is_idle(stored.seen_at, stored.remembered):
        return False
    if stored.user_id is None:
        return True
    if user is None or user.disabled_at is not None:
        return False
    return user.session_epoch == stored.epoch


def _current() -> ServerSession:
    return cast(ServerSession, session._get_current_object())  # type: ignore[attr-defined]


def _current_handle() -> str | None:
    if not has_request_context():
        return None
    stored = _current().stored
    return stored.handle if stored else None


def _of(user: User) -> ColumnElement[bool]:
    return StoredSession.user_id == user.id


def init_app(app: Flask) -> None:
    app.session_interface = ServerSessionInterface()
