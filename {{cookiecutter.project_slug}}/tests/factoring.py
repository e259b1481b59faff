"""Add a factor of the tests' own to the password, as a part would."""

from flask import Flask
from wtforms import Field, StringField
from wtforms.validators import DataRequired

from {{ cookiecutter.project_slug }}.auth import factors
from {{ cookiecutter.project_slug }}.auth.forms import reject
from {{ cookiecutter.project_slug }}.core.db import db
from {{ cookiecutter.project_slug }}.models import User

from .browser import EMAIL, PASSWORD

RIGHT = {"password": PASSWORD, "word": "marmalade"}


def add_word(app: Flask) -> Flask:
    """Ask Ana, and nobody else, for a word; each time it is right her name grows."""

    def use(user: User, field: Field) -> bool:
        if field.data != "marmalade":
            reject(field, "This is not the word.")
            return False
        user.name += "!"
        db.session.flush()
        return True

    word = factors.Factor(
        name="word",
        field=StringField("The word", validators=[DataRequired()]),
        hint=lambda user: "A jam.",
        is_set_up=lambda user: user.email == EMAIL,
        use=use,
    )
    with app.app_context():
        factors.add(app, word)
    return app
