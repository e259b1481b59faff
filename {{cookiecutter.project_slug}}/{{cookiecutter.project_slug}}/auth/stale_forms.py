"""Refuse a form that was opened with another account, or for another login or link.

The cookie identifies the current user, not the one whom the page was shown to: the user may
have logged in with another account in another tab since. So each form carries a mark.
"""

import hashlib
from collections.abc import Callable
from io import BytesIO
from typing import TypeVar

from flask import abort, request
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import FormDataParser

from ..core.i18n import gettext as _
from ..models import User

# Written by the macro `post_form` (templates/_fields.html).
FIELD = "made_for"
V = TypeVar("V", bound=Callable[..., object])


def checks_own_forms(view: V) -> V:
    """Let the view check the mark: its form belongs to a mailed link or an unfinished login."""
    vars(view)["checks_own_forms"] = True
    return view


def mark_of(user: User) -> str:
    """Return the mark of a user's forms. It is no secret, and outlives a rotated session."""
    return hashlib.sha256(f"form {user.public_id}".encode()).hexdigest()[:16]


def is_made_for(mark: str, form: MultiDict[str, str]) -> bool:
    """Tell whether a form has this mark, or none: forms of your own pages need none."""
    return all(given == mark for given in form.getlist(FIELD))


def refuse_form_of_another(user: User, body: bytes) -> None:
    """Raise 409 if the body is a form with the mark of another user."""
    if not body:
        return
    # Not `request.form`: the view decides how to read the body, and may allow many parts.
    parser = FormDataParser(_in_memory, max_form_parts=None)
    sent = parser.parse(BytesIO(body), request.mimetype, len(body), request.mimetype_params)
    if is_made_for(mark_of(user), sent[1]):
        return
    problem = _(
        "You have logged in with another account since you opened this page. "
        "Nothing was changed. Open the page again to continue."
    )
    abort(409, problem)


def _in_memory(*args: object, **kwargs: object) -> BytesIO:
    """Keep an uploaded file in memory: a temporary file would have to be closed."""
    return BytesIO()
