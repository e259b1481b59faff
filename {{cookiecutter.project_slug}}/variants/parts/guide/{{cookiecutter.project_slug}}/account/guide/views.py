"""Show the guide, and what the browser's cookies hold."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from ...auth.dev import answer_this_machine_alone
from ...auth.guards import login_not_required
from ...config import settings
from . import explain, text
from .language import LANGUAGE

bp = Blueprint("guide", __name__, url_prefix="/dev", template_folder="templates")
bp.before_request(answer_this_machine_alone)


@bp.get("/guide")
@login_not_required
def show() -> ResponseReturnValue:
    """Show the guide, and mark the answers to its questions that come in the URL."""
    guide = text.read()
    numbered = enumerate(guide.questions, start=1)
    chosen = [question.chosen(request.args.get(f"q{n}", "")) for n, question in numbered]
    lang = LANGUAGE.replace("_", "-")
    shown = {"guide": guide, "lang": lang, "chosen": chosen, "kind": explain.KIND}
    return render_template("guide/guide.html", **shown)


@bp.get("/session")
@login_not_required
def show_session() -> ResponseReturnValue:
    """Explain the app's cookies that the browser has just sent."""
    names = {settings().cookie_name(name): name for name in explain.COOKIES}
    sent = [name for name in names if name in request.cookies]
    found = {name: explain.explain(names[name], request.cookies[name]) for name in sent}
    return render_template("guide/session.html", found=found, kind=explain.KIND)
