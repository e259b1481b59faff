"""Read the JSON that the script sends, and answer it."""

import logging
from typing import Any

from flask import abort, request
from werkzeug.exceptions import BadRequest

from ...core import audit
from ...core.i18n import gettext as _
from .webauthn import Refused

logger = logging.getLogger(__name__)


def read() -> dict[str, Any]:
    """Return the object that a request contains; raise 415 or 400 if it contains none."""
    if request.mimetype != "application/json":
        abort(415)
    try:
        found = request.get_json(silent=True)
    except RecursionError:
        found = None
    if not isinstance(found, dict):
        abort(400)
    return found


def text(answer: dict[str, Any], key: str) -> str:
    """Return a text of an answer, or "" if it is none."""
    found = answer.get(key)
    return found if isinstance(found, str) else ""


def refusal(refused: Refused) -> BadRequest:
    """Log why an answer does not verify; return one reason for all, which helps no attacker."""
    logger.warning("a passkey was refused: %s", audit.printable(str(refused))[:200])
    return BadRequest(_("This passkey was not accepted. Please try again."))
