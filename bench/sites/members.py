"""Log in by Flask-Login, on top of whatever keeps the session and the users."""

from __future__ import annotations

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
from my_flask_app.auth import passwords
from my_flask_app.core.i18n import set_language
from my_flask_app.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm import scoped_session

# What Flask-Login asks of a user; the model itself belongs to the baked project.
for name in ("is_active", "is_anonymous", "is_authenticated", "get_id"):
    setattr(User, name, vars(UserMixin)[name])


class Database(Protocol):
    """Be Flask-SQLAlchemy, or its lighter successor."""

    @property
    def session(self) -> Session | scoped_session[Any]: ...


def init_app(app: Flask, db: Database) -> None:
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
