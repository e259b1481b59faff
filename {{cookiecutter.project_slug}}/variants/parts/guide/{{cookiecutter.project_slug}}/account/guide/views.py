"""Show the guide, and what the browser's cookies hold."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from ...auth.dev import answer_this_machine_alone
from ...auth.guards import login_not_required
from ...config import settings
from ...core.i18n import gettext as _
from . import explain, text
from .language import LANGUAGE

bp = Blueprint("guide", __name__, url_prefix="/dev", template_folder="templates")
LANG = LANGUAGE.replace("_", "-")
bp.before_request(answer_this_machine_alone)


@bp.get("/guide")
@login_not_required
def show() -> ResponseReturnValue:
    """Show the guide, and mark the answers to its questions that come in the URL."""
    if not text.FILE.is_file():
        abort(404, _("docs/guide.md is gone. Put it back, or delete the part guide."))
    guide = text.read()
    numbered = enumerate(guide.questions, start=1)
    chosen = [question.chosen(request.args.get(f"q{n}", "")) for n, question in numbered]
    shown = {"guide": guide, "lang": LANG, "chosen": chosen, "kind": explain.KIND}
    return render_template("guide/guide.html", **shown)


@bp.get("/guide-<topic>.md")
@login_not_required
def show_page(topic: str) -> ResponseReturnValue:
    """Show a further page, at the address that the guide's link to its file leads to."""
    page = text.read_page(topic) or abort(404)
    return render_template("guide/page.html", page=page, lang=LANG)


@bp.get("/session")
@login_not_required
def show_session() -> ResponseReturnValue:
    """Explain the app's cookies that the browser has just sent."""
    names = {settings().cookie_name(name): name for name in explain.COOKIES}
    sent = [name for name in names if name in request.cookies]
    found = {name: explain.explain(names[name], request.cookies[name]) for name in sent}
    return render_template("guide/session.html", found=found, kind=explain.KIND)
