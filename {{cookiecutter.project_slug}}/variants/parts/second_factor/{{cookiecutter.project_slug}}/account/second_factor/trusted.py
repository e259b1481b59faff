"""Trust browsers: after the right password, a login there does not ask for a code.

The cookie is not the one of known browsers, which every login gets. It holds a token for each
account that trusts the browser: with one token for all of them, a user of a shared computer
could copy it before another user ticks the box.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import after_this_request, has_request_context, request
from sqlalchemy import ColumnElement, String, and_, delete, select, true
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response

from ...config import settings
from ...core import audit, mail, user_agents
from ...core.db import Base, OwnerId, TokenHash, changed, db, now
from ...core.db.cleanup import delete_all_expired
from ...core.tokens import hash_token, new_id, new_token
from ...models import User
from . import store

# So many bytes in base64.
TOKEN = re.compile("[A-Za-z0-9_-]{43}")
# From the code on, however often the browser is used. The pages say "30 days".
TRUSTED_FOR = timedelta(days=30)
# Browsers of an account, and accounts of a browser.
MOST = 10


class TrustedBrowser(Base):
    """Hold one trusted browser of an account. Only a hash of its token is stored."""

    __tablename__ = "trusted_browsers"

    # Names the browser on pages; grants no access.
    handle: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[OwnerId]
    token_hash: Mapped[TokenHash]
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    address: Mapped[audit.Address] = mapped_column(default=audit.client_address)
    client: Mapped[audit.Client] = mapped_column(default=audit.client_name)

    @property
    def name(self) -> str:
        return user_agents.describe(self.client)

    @property
    def is_current(self) -> bool:
        return self.token_hash in _held()


def is_trusted(user: User) -> bool:
    """Tell whether a user with the right password is not asked for a code in this browser."""
    held = _held()
    if not held:
        return False
    found = select(TrustedBrowser.handle).where(_live(user), TrustedBrowser.token_hash.in_(held))
    return db.session.scalar(found) is not None


def trust(user: User) -> None:
    """Trust this browser after the right code, which is used up even if the account changes."""
    # Lock the account before what belongs to it; another order can deadlock.
    db.session.commit()
    same = (User.id == user.id, User.session_epoch == user.session_epoch)
    if db.session.scalar(select(User.id).where(*same).with_for_update()) is None:
        return
    newest = select(TrustedBrowser.handle).order_by(TrustedBrowser.created_at.desc())
    kept = newest.where(_live(user), TrustedBrowser.token_hash.not_in(_held())).limit(MOST - 1)
    mine = TrustedBrowser.user_id == user.id
    db.session.execute(delete(TrustedBrowser).where(mine, TrustedBrowser.handle.not_in(kept)))
    token = new_token()
    db.session.add(TrustedBrowser(user_id=user.id, token_hash=hash_token(token)))
    mail.report(user, "browser_trusted", "second_factor_changed")
    value = ".".join([token, *_tokens()[: MOST - 1]])

    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(_name(), value, max_age=TRUSTED_FOR, **settings().cookie_attributes)
        return response


def find_all(user: User) -> Sequence[TrustedBrowser]:
    """Return the browsers that an account trusts, latest first."""
    if not store.is_set_up(user):
        return []
    found = select(TrustedBrowser).where(_live(user))
    return db.session.scalars(found.order_by(TrustedBrowser.created_at.desc())).all()


def end(user: User, handle: str) -> bool:
    """Stop trusting one of the user's browsers; False if there is none.

    This joins the caller's transaction, which has locked the account's row.
    """
    named = (TrustedBrowser.user_id == user.id, TrustedBrowser.handle == handle)
    return changed(delete(TrustedBrowser).where(*named))


def forget(user: User | None, keep_current: bool) -> None:
    """Stop trusting the browsers of a user, or of all, as `end` does."""
    others = TrustedBrowser.token_hash.not_in(_held() if keep_current else [])
    mine = TrustedBrowser.user_id == user.id if user else true()
    db.session.execute(delete(TrustedBrowser).where(mine, others))


def purge() -> int:
    """Delete the browsers that are no longer trusted; return how many."""
    return delete_all_expired(TrustedBrowser, TrustedBrowser.created_at <= now() - TRUSTED_FOR)


def _live(user: User) -> ColumnElement[bool]:
    since = now() - TRUSTED_FOR
    return and_(TrustedBrowser.user_id == user.id, TrustedBrowser.created_at > since)


def _tokens() -> list[str]:
    cookie = request.cookies.get(_name(), "") if has_request_context() else ""
    return TOKEN.findall(cookie)[:MOST]


def _held() -> list[bytes]:
    return [hash_token(token) for token in _tokens()]


def _name() -> str:
    return settings().cookie_name("trusted")
