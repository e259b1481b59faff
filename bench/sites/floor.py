"""Greet the one user there is: one query by primary key, no session, no header."""

from __future__ import annotations

from flask import render_template
from my_flask_app.core import db as database
from my_flask_app.core.db import db
from my_flask_app.core.i18n import set_language
from my_flask_app.models import User

from .page import make_app

app = make_app()
# Without a key, Flask opens no session.
app.secret_key = None
database.init_app(app)


@app.endpoint("pages.home")
def home() -> str:
    user = db.session.get_one(User, 1)
    set_language(user.language)
    return render_template("home.html", current_user=user)
