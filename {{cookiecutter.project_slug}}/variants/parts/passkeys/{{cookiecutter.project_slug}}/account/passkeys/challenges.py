"""Keep the challenges that passkeys sign: each for one purpose, one browser and one use.

In a signed cookie, a challenge could be used again for as long as the cookie is valid.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from flask import request
from sqlalchemy import ForeignKey, LargeBinary, Row, String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response

from ...config import settings
from ...core import audit, throttle
from ...core.db import Base, db, now
from ...core.db.cleanup import delete_all_expired, delete_expired
from ...models import User

CHALLENGE_BYTES = 32
LIFETIME_SECONDS = 10 * 60
# A form in each of several tabs, and autofill on the login page.
LIVE_PER_BROWSER = 5
# Expired rows that each new one deletes.
SWEPT = 20


class Challenge(Base):
    """Hold a challenge that waits for its answer. Only hashes of both secrets are stored."""

    __tablename__ = "passkey_challenges"

    challenge_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    browser_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    # `add`, `login` or `confirm`.
    purpose: Mapped[str] = mapped_column(String(10))
    # The signed-in user; None at login.
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    # The handle that a new passkey is made with.
    user_handle: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    ends_at: Mapped[datetime] = mapped_column(index=True)


def make(
    purpose: str, user: User | None = None, handle: bytes | None = None
) -> tuple[bytes, Response]:
    """Return a new challenge, and a response whose cookie binds it to this browser.

    Raise TooManyRequests (429). Not in a GET: a mail scanner or a prefetch would fill the table.
    """
    throttle.count_opening(audit.client_address(), "ceremony")
    browser = request.cookies.get(_cookie()) or secrets.token_urlsafe(32)
    challenge, mine = secrets.token_bytes(CHALLENGE_BYTES), Challenge.browser_hash == _hash(browser)
    new = insert(Challenge).values(
        challenge_hash=_hash(challenge),
        browser_hash=_hash(browser),
        purpose=purpose,
        user_id=user.id if user else None,
        user_handle=handle,
        ends_at=now() + timedelta(seconds=LIFETIME_SECONDS),
    )
    latest = select(Challenge.challenge_hash).where(mine).order_by(Challenge.ends_at.desc())
    too_many = mine & Challenge.challenge_hash.not_in(latest.limit(LIVE_PER_BROWSER))
    with db.engine.begin() as connection:
        connection.execute(new)
        delete_expired(connection, Challenge, too_many, SWEPT)
        delete_expired(connection, Challenge, Challenge.ends_at <= now(), SWEPT)
    response = Response(mimetype="application/json")
    response.set_cookie(
        _cookie(), browser, max_age=LIFETIME_SECONDS, **settings().cookie_attributes
    )
    return challenge, response


def take(challenge: bytes, purpose: str, user: User | None = None) -> Row[bytes | None] | None:
    """Use up a challenge that was made for the same browser, purpose and user.

    The statement that finds it deletes it, so of two parallel answers one counts. In its own
    transaction: an answer that fails uses it up too.
    """
    this = delete(Challenge).where(
        Challenge.challenge_hash == _hash(challenge),
        Challenge.browser_hash == _hash(request.cookies.get(_cookie(), "")),
        Challenge.purpose == purpose,
        Challenge.user_id.is_not_distinct_from(user.id if user else None),
        Challenge.ends_at > now(),
    )
    with db.engine.begin() as connection:
        return connection.execute(this.returning(Challenge.user_handle)).first()


def purge() -> int:
    """Delete expired challenges; return how many."""
    return delete_all_expired(Challenge, Challenge.ends_at <= now())


def _hash(secret: bytes | str) -> bytes:
    given = secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret
    return hashlib.sha256(given).digest()


def _cookie() -> str:
    return settings().cookie_name("ceremony")
