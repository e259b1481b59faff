"""Plug parts made by the tests into an app."""

from typing import Any

import pytest
from flask import Flask
from wtforms import Field, StringField
from wtforms.validators import DataRequired

from {{ cookiecutter.project_slug }} import account
from {{ cookiecutter.project_slug }}.auth.forms import reject
from {{ cookiecutter.project_slug }}.auth.parts import Factor, Part
from {{ cookiecutter.project_slug }}.core.db import db
from {{ cookiecutter.project_slug }}.models import User

from .http import EMAIL, PASSWORD

RIGHT = {"password": PASSWORD, "word": "marmalade"}


def add_part(app: Flask, **fields: Any) -> Flask:
    """Plug another part into an app of `make_app`, before its first request."""
    order = len(app.extensions["parts"])
    fields.setdefault("name", f"part {order}")
    account.add_part(app, Part(order=order, **fields))
    return app


def use_parts(patch: pytest.MonkeyPatch, *parts: Part) -> None:
    """Give all later apps only these parts, and none of those in account/."""
    patch.setattr(account, "find_parts", lambda: parts)


def add_word(app: Flask) -> Flask:
    """Ask Ana alone for a secret word; each right answer makes her name longer."""
    return add_part(app, factor=word())


def word() -> Factor:
    def use(user: User, field: Field) -> bool:
        if field.data != "marmalade":
            reject(field, "This is not the word.")
            return False
        user.name += "!"
        db.session.flush()
        return True

    return Factor(
        name="word",
        field=StringField("The word", validators=[DataRequired()]),
        hint=lambda user: "A jam.",
        is_set_up=lambda user: user.email == EMAIL,
        use=use,
        since=lambda user: None,
        drop=lambda user: None,
    )
