"""Log in by Flask-Login; Flask-Session keeps the user's id in Redis."""

from __future__ import annotations

import os

from flask_session import Session
from my_flask_app.core import db as database
from my_flask_app.core.db import db
from redis import Redis

from . import members
from .page import make_app

app = make_app()
database.init_app(app)
app.config["SESSION_TYPE"] = "redis"
app.config["SESSION_REDIS"] = Redis.from_url(os.environ["REDIS_URL"])
Session(app)
members.init_app(app, db)
