"""Show in development what mails would have been sent. Not registered elsewhere."""

from urllib.parse import urlsplit

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from .auth.guards import login_not_required
from .environ import is_loopback
from .postman import mailbox

bp = Blueprint("dev", __name__, url_prefix="/dev")


@bp.before_request
def _answer_this_machine_alone() -> None:
    """Keep others on the network out, and pages that rebind their name to us."""
    host = urlsplit(f"//{request.host}").hostname or ""
    if not is_loopback(request.remote_addr or "") or not is_loopback(host):
        abort(404)


@bp.get("/mailbox")
@login_not_required
def show_mailbox() -> ResponseReturnValue:
    return render_template("dev/mailbox.html", messages=list(reversed(mailbox())))
