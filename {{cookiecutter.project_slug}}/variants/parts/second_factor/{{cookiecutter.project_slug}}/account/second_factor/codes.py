"""Create codes and use them up: those of an app (TOTP, RFC 6238), and recovery codes.

Functions that write join the caller's transaction. A code works once, even in two parallel
requests: the statement that looks for it also uses it up.
"""

import hmac
import logging
import secrets
import unicodedata
from base64 import b32encode
from datetime import timedelta
from textwrap import wrap

import pyotp
import segno
from flask import abort
from sqlalchemy import delete, func, insert, or_, select, update
from wtforms import Field

from ...auth import accounts
from ...auth.forms import reject
from ...config import settings
from ...core import audit, mail
from ...core.audit import Event
from ...core.db import changed, db, now
from ...core.i18n import gettext as _
from ...core.tokens import hash_token
from ...models import User
from . import encryption, store
from .store import RecoveryCode, SecondFactor

DIGITS = 6
# Clocks differ and people type slowly: accept the previous and the next code too.
STEPS_AROUND = 1
# Refuse the app's codes after so many: endless guessing would succeed. NIST SP 800-63B-4
# (3.2.2) allows 100 failures in a row.
MOST_FAILURES = 50
# So many wrong codes within a day are no typing errors: tell the user (ASVS 6.3.5).
FAILURES_TOLD = 3
RECOVERY_CODES = 10
# 120 random bits need no slow hash (ASVS 6.5.2).
RECOVERY_CODE_BYTES = 15
# A code has at most 29 characters with dashes; normalising long texts takes quadratic time.
TYPED_LENGTH = 100
# Apps show no more of it, and a QR code has little room.
ISSUER_MAX_LENGTH = 64
logger = logging.getLogger(__name__)


def draw(secret: str, email: str) -> str:
    """Return the QR code that an app reads the secret from, as SVG without style or script."""
    issuer = settings().app_name[:ISSUER_MAX_LENGTH]
    uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)
    # Black on white in dark mode as well: many apps read nothing else.
    return segno.make_qr(uri).svg_inline(light="#fff", omitsize=True)


def in_groups(text: str, between: str) -> str:
    return between.join(wrap(text, 4))


def matching_step(secret: str, typed: str) -> int | None:
    """Return the 30-second step of a code, by the server's clock; None if the code is wrong."""
    totp = pyotp.TOTP(secret, digits=DIGITS)
    current = totp.timecode(now())
    for step in range(current - STEPS_AROUND, current + STEPS_AROUND + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), _plain(typed).encode()):
            return step
    return None


def accept(user: User, field: Field) -> bool:
    """Use up a code of the app or a recovery code; if it is neither, or was used, say so.

    The reason goes on the field. A wrong code is recorded and counted: commit in either case.
    """
    # Lock the account before what belongs to it: another order can deadlock.
    if not accounts.lock_user(db.session.connection(), user.id):
        abort(404)
    code = _plain(str(field.data))
    used = _use_totp(user, code) if len(code) == DIGITS else _use_recovery_code(user, code)
    if used:
        return True
    _record_failure(user)
    problem = _(
        "This code is wrong, or was used before. Wait for the next one. If that is refused "
        "too, the clock of your phone may be wrong."
    )
    if is_closed(user):
        problem = _("Please use a recovery code that you have not used before.")
    reject(field, problem)
    return False


def is_closed(user: User) -> bool:
    """Tell whether there were so many wrong codes that only recovery codes are accepted."""
    factor = store.find(user)
    return factor is not None and factor.failures >= MOST_FAILURES


def hint(user: User) -> str:
    """Say which codes are accepted."""
    if is_closed(user):
        return _(
            "There were too many wrong codes, so the codes of your app are blocked. Use one of "
            "your recovery codes to unblock them."
        )
    return _("The six digits that your app shows, or one of your recovery codes.")


def renew_recovery_codes(user: User) -> list[str]:
    """Replace the recovery codes; return the new ones, which cannot be read again."""
    made = [b32encode(secrets.token_bytes(RECOVERY_CODE_BYTES)) for _ in range(RECOVERY_CODES)]
    codes = [code.decode().lower() for code in made]
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    rows = [{"user_id": user.id, "code_hash": hash_token(code)} for code in codes]
    db.session.execute(insert(RecoveryCode), rows)
    return [in_groups(code, "-") for code in codes]


def count_recovery_codes(user: User) -> int:
    owned = select(func.count()).where(RecoveryCode.user_id == user.id)
    return db.session.scalar(owned) or 0


def _use_totp(user: User, code: str) -> bool:
    factor, mine = store.find(user), SecondFactor.user_id == user.id
    if factor is None:
        return False
    try:
        secret = encryption.decrypt(factor.secret, owner=user.public_id).decode()
    except encryption.Unreadable as error:
        # Refuse the code; the recovery codes still work.
        logger.error("the second factor of user=%s cannot be read: %s", user.public_id, error)
        return False
    # Count before comparing, so that parallel guesses are all counted.
    open_to = update(SecondFactor).where(mine, SecondFactor.failures < MOST_FAILURES)
    if not changed(open_to.values(failures=SecondFactor.failures + 1)):
        return False
    step = matching_step(secret, code)
    if step is None:
        return False
    unused = update(SecondFactor).where(mine, SecondFactor.last_step < step)
    return changed(unused.values(last_step=step, failures=0))


def _use_recovery_code(user: User, code: str) -> bool:
    this = (RecoveryCode.user_id == user.id, RecoveryCode.code_hash == hash_token(code))
    if not changed(delete(RecoveryCode).where(*this)):
        return False
    # A recovery code proves the owner, so accept the app's codes again.
    mine = SecondFactor.user_id == user.id
    db.session.execute(update(SecondFactor).where(mine).values(failures=0))
    mail.report(user, "recovery_code_used", "second_factor_changed")
    return True


def _record_failure(user: User) -> None:
    """Record a wrong code, and mail at most one notice a day if there are several."""
    what, day_ago = "second_factor_failed", now() - timedelta(days=1)
    audit.record(what, user)
    today = (Event.user_id == user.id, Event.kind == what, Event.at > day_ago)
    if (db.session.scalar(select(func.count()).where(*today)) or 0) < FAILURES_TOLD:
        return
    # In one statement: two parallel wrong codes cause one notice.
    due = or_(SecondFactor.told_at.is_(None), SecondFactor.told_at <= day_ago)
    untold = update(SecondFactor).where(SecondFactor.user_id == user.id, due)
    if changed(untold.values(told_at=now())):
        mail.notify(user, "second_factor_changed", change=what)


def _plain(typed: str) -> str:
    """Return a code as it was created, however a keyboard writes its letters and digits."""
    letters = unicodedata.normalize("NFKC", typed[:TYPED_LENGTH]).lower()
    # NFKC converts full-width digits; decimal converts Arabic, Hindi and all others as well.
    return "".join(str(unicodedata.decimal(one, one)) for one in letters if one.isalnum())
