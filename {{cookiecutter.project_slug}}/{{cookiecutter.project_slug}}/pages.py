"""Serve your own pages: your app starts here."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from .auth.guards import login_not_required
from .core.db import db

bp = Blueprint("pages", __name__)


@bp.get("/")
@login_not_required
def home() -> ResponseReturnValue:
    """Show the first page. Login, logout and errors lead here by the name `pages.home`."""
    return render_template("home.html")


@bp.get("/healthz")
@login_not_required
def healthz() -> ResponseReturnValue:
    """Answer 200 if the database responds, otherwise 503: for load balancers."""
    try:
        db.session.execute(select(1))
    except SQLAlchemyError:
        return {"status": "no database"}, 503
    return {"status": "ok"}
