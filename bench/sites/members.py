"""Log in by Flask-Login; a signed cookie, a table or Redis keeps the user's id."""

from __future__ import annotations

import os
from typing import Any
from typing import Protocol

from flask import Flask
from flask import redirect
from flask import render_template
from flask import request
from flask.typing import ResponseReturnValue
from flask_login import LoginManager
from flask_login import UserMixin
from flask_login import login_required
from flask_login import login_user
from flask_session import Session as ServerSession
from flask_sqlalchemy import SQLAlchemy
from my_flask_app.auth import passwords
from my_flask_app.core import db as database
from my_flask_app.core.db import db as projects_db
from my_flask_app.core.i18n import set_language
from my_flask_app.models import User
from redis import Redis
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm import scoped_session

from .page import make_app

# What Flask-Login asks of a user; the model itself belongs to the baked project.
for name in ("is_active", "is_anonymous", "is_authenticated", "get_id"):
    setattr(User, name, vars(UserMixin)[name])


class Database(Protocol):
    """Be Flask-SQLAlchemy, or its lighter successor."""

    @property
    def session(self) -> Session | scoped_session[Any]: ...


def signed() -> Flask:
    app = make_app()
    database.init_app(app)
    return _with_login(app, projects_db)


def stored() -> Flask:
    app = make_app()
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
    # It takes no other extension for the database than this one.
    db = SQLAlchemy(app)
    app.config["SESSION_TYPE"] = "sqlalchemy"
    app.config["SESSION_SQLALCHEMY"] = db
    # "sessions", its default, is a table of the baked project's.
    app.config["SESSION_SQLALCHEMY_TABLE"] = "flask_sessions"
    ServerSession(app)
    return _with_login(app, db)


def cached() -> Flask:
    app = make_app()
    database.init_app(app)
    app.config["SESSION_TYPE"] = "redis"
    app.config["SESSION_REDIS"] = Redis.from_url(os.environ["REDIS_URL"])
    ServerSession(app)
    return _with_login(app, projects_db)


def _with_login(app: Flask, db: Database) -> Flask:
    manager = LoginManager(app)

    @manager.user_loader
    def load(user_id: str) -> User | None:
        user = db.session.get(User, int(user_id))
        if user is not None:
            set_language(user.language)
        return user

    @app.endpoint("pages.home")
    @login_required
    def home() -> str:
        return render_template("home.html")

    @app.endpoint("auth.log_in")
    def log_in() -> ResponseReturnValue:
        found = select(User).where(User.email == request.form["email"])
        user = db.session.scalars(found).one()
        assert passwords.verify(user.password_hash, request.form["password"])
        login_user(user)
        return redirect("/", 303)

    return app
