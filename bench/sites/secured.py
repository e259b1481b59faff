"""Log in by Flask-Security, with its own models, on SQLAlchemy.

`python -m bench.sites.secured EMAIL NAME` makes its tables and an account.
"""

from __future__ import annotations

import sys

from flask import redirect
from flask import render_template
from flask import request
from flask.typing import ResponseReturnValue
from flask_security import FSQLALiteUserDatastore
from flask_security import Security
from flask_security import auth_required
from flask_security import hash_password
from flask_security import login_user
from flask_security import verify_password
from flask_security.models.sqla import FsModels
from flask_security.models.sqla import FsRoleMixin
from flask_security.models.sqla import FsUserMixin
from my_flask_app.core import db as database
from my_flask_app.core.db import db
from my_flask_app.core.i18n import set_language
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Mapped

from .page import make_app


class Base(DeclarativeBase):
    """Keep its tables apart from those of the baked project."""


FsModels.set_db_info(base_model=Base)


class Role(Base, FsRoleMixin):
    __tablename__ = "role"


class User(Base, FsUserMixin):
    __tablename__ = "user"

    name: Mapped[str]
    language: Mapped[str]


app = make_app()
app.config["SECURITY_PASSWORD_SALT"] = app.secret_key
database.init_app(app)
datastore = FSQLALiteUserDatastore(db, User, Role)
Security(app, datastore)


@app.endpoint("pages.home")
@auth_required("session")
def home() -> str:
    return render_template("home.html")


@app.before_request
def choose_language() -> None:
    set_language("en")


@app.endpoint("auth.log_in")
def log_in() -> ResponseReturnValue:
    user = datastore.find_user(email=request.form["email"])
    assert user is not None
    assert verify_password(request.form["password"], user.password)
    login_user(user)
    datastore.commit()
    return redirect("/", 303)


def move_in(email: str, name: str, password: str) -> None:
    with app.app_context():
        Base.metadata.create_all(db.engine)
        datastore.create_user(
            email=email, name=name, language="en", password=hash_password(password)
        )
        datastore.commit()


if __name__ == "__main__":
    move_in(*sys.argv[1:], sys.stdin.read())
