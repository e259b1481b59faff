"""Help developers: show the mails that were not sent, and log what the browser blocked.

Registered in development only.
"""

import logging
from urllib.parse import urlsplit

import click
from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.serving import is_running_from_reloader

from ..config import settings
from ..core import mail
from ..core.environ import is_loopback
from ..core.i18n import gettext as _
from ..core.mail.transport import mailbox
from ..core.web.headers import BLOCKED
from ..core.web.proxy import FORWARDED
from .guards import login_not_required

bp = Blueprint("dev", __name__, url_prefix="/dev")
logger = logging.getLogger(__name__)


def say_where(url: str) -> None:
    """Print where to find the app and its mailbox."""
    # The server restarts whenever a file is saved: print it once.
    if is_running_from_reloader():
        return
    click.echo(_("Open %(url)s in a browser. Ctrl+C stops the app.", url=url))
    if settings().mail_server.scheme == "console":
        click.echo(_("No mail leaves this machine: see %(url)s.", url=url + "/dev/mailbox"))


@bp.before_request
def answer_this_machine_alone() -> None:
    """Answer this machine only: keep out the network, tunnels and DNS rebinding."""
    host = urlsplit(f"//{request.host}").hostname or ""
    if not is_loopback(request.remote_addr or "") or not is_loopback(host):
        abort(404)
    # A tunnel connects from this machine, and many tunnels rewrite the Host.
    if not request.environ.keys().isdisjoint(FORWARDED | {"HTTP_VIA"}):
        abort(404)


@bp.get("/mailbox")
@login_not_required
def show_mailbox() -> ResponseReturnValue:
    # Commands leave their mails to this process: reload the page to see them.
    mail.wake()
    return render_template("dev/mailbox.html", messages=list(reversed(mailbox())))


@bp.post(BLOCKED.removeprefix("/dev"))
@login_not_required
def tell_what_was_blocked() -> ResponseReturnValue:
    """Log what the browser refused to run or load; otherwise only its console shows it."""
    match request.get_json(force=True):
        case {
            "csp-report": {"document-uri": page, "effective-directive": kind, "blocked-uri": what}
        }:
            logger.warning(
                "%.200r: the Content-Security-Policy blocked %.80r (%.80r). Move it to static/, "
                "or extend CONTENT_SECURITY_POLICY in config.py.",
                *(page, what, kind),
            )
    return "", 204
