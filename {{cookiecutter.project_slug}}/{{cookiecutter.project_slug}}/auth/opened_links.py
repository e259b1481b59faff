"""Move a mailed link out of the URL, where logs and referrers would keep it."""

from flask import render_template, session
from flask.typing import ResponseReturnValue

from .. import links
from ..models import Link

KEY = "link"


def open_link(purpose: str, token: str) -> bool:
    """Keep a link's row id in the session; do not use it up.

    Mail scanners follow links before people do.
    """
    link = links.find_by_token(purpose, token)
    if link is not None:
        session[KEY] = link.id
    return link is not None


def opened_link(purpose: str) -> Link | None:
    """Return the link this browser has opened, looked up anew and still good."""
    return links.find_by_id(purpose, session.get(KEY))


def refuse_link(start: str) -> ResponseReturnValue:
    """Say the same of a link that is wrong, used, old or void; `start` asks anew."""
    return render_template("auth/link_void.html", start=start), 410
