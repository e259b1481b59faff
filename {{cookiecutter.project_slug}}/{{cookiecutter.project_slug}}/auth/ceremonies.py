"""Own what a browser begins here and finishes elsewhere, such as the challenge of a passkey.

Each is for one purpose, one browser and one use. In a signed cookie, it could be used again for
as long as the cookie is valid.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import after_this_request, request
from sqlalchemy import JSON, String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response

from ..config import settings
from ..core import throttle
from ..core.db import Base, OwnerId, TokenHash, db, now
from ..core.db.cleanup import delete_all_expired, delete_expired
from ..core.tokens import hash_token, new_token
from ..models import User

SECRET_BYTES = 32
LIFETIME_SECONDS = 10 * 60
# A form in each of several tabs, and autofill on the login page.
LIVE_PER_BROWSER = 5
# Expired rows that each new one deletes.
SWEPT = 20


class Ceremony(Base):
    """Hold what waits for its answer. Only hashes of the secret and of the cookie are stored."""

    __tablename__ = "ceremonies"

    secret_hash: Mapped[TokenHash] = mapped_column(primary_key=True)
    browser_hash: Mapped[TokenHash] = mapped_column(index=True)
    purpose: Mapped[str] = mapped_column(String(60))
    # The signed-in user; None at login.
    user_id: Mapped[OwnerId | None]
    # What the answer needs.
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    ends_at: Mapped[datetime] = mapped_column(index=True)


def begin(purpose: str, user: User | None = None, **detail: object) -> bytes:
    """Return a new secret, which the response's cookie binds to this browser.

    Raise TooManyRequests (429). Not in a GET: a mail scanner or a prefetch would fill the table.
    """
    throttle.count_opening("ceremony")
    browser = request.cookies.get(_cookie()) or new_token()
    secret, mine = secrets.token_bytes(SECRET_BYTES), Ceremony.browser_hash == hash_token(browser)
    new = insert(Ceremony).values(
        secret_hash=hash_token(secret.hex()),
        browser_hash=hash_token(browser),
        purpose=purpose,
        user_id=user.id if user else None,
        detail=detail,
        ends_at=now() + timedelta(seconds=LIFETIME_SECONDS),
    )
    latest = select(Ceremony.secret_hash).where(mine).order_by(Ceremony.ends_at.desc())
    too_many = mine & Ceremony.secret_hash.not_in(latest.limit(LIVE_PER_BROWSER))
    with db.engine.begin() as connection:
        connection.execute(new)
        delete_expired(connection, Ceremony, too_many, SWEPT)
        delete_expired(connection, Ceremony, Ceremony.ends_at <= now(), SWEPT)

    @after_this_request
    def set_cookie(response: Response) -> Response:
        attributes = settings().cookie_attributes
        response.set_cookie(_cookie(), browser, max_age=LIFETIME_SECONDS, **attributes)
        return response

    return secret


def take(secret: bytes, purpose: str, user: User | None = None) -> dict[str, Any] | None:
    """Use up what was begun in the same browser, for the same purpose and user.

    Return its detail, or None. The statement that finds it deletes it, so of two parallel
    answers one counts. In its own transaction: an answer that fails uses it up too.
    """
    this = delete(Ceremony).where(
        Ceremony.secret_hash == hash_token(secret.hex()),
        Ceremony.browser_hash == hash_token(request.cookies.get(_cookie(), "")),
        Ceremony.purpose == purpose,
        Ceremony.user_id.is_not_distinct_from(user.id if user else None),
        Ceremony.ends_at > now(),
    )
    with db.engine.begin() as connection:
        detail: dict[str, Any] | None = connection.scalar(this.returning(Ceremony.detail))
    return detail


def purge() -> int:
    """Delete what has expired; return how many."""
    return delete_all_expired(Ceremony, Ceremony.ends_at <= now())


def _cookie() -> str:
    return settings().cookie_name("ceremony")
