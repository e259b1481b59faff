"""Log in by Flask-Login; Flask's own signed cookie keeps the user's id."""

from __future__ import annotations

from my_flask_app.core import db as database
from my_flask_app.core.db import db

from . import members
from .page import make_app

app = make_app()
database.init_app(app)
members.init_app(app, db)
