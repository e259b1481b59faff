"""Log in by Flask-Login; Flask-Session keeps the user's id in a table."""

from __future__ import annotations

import os

from flask_session import Session
from flask_sqlalchemy import SQLAlchemy

from . import members
from .page import make_app

app = make_app()
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
# It takes no other extension for the database than this one.
db = SQLAlchemy(app)
app.config["SESSION_TYPE"] = "sqlalchemy"
app.config["SESSION_SQLALCHEMY"] = db
# "sessions", its default, is a table of the baked project's.
app.config["SESSION_SQLALCHEMY_TABLE"] = "flask_sessions"
Session(app)
members.init_app(app, db)
