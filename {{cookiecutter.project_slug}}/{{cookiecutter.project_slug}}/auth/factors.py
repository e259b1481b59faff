"""Let parts ask for more than the password where people prove again who they are."""

from collections.abc import Callable
from typing import NamedTuple

from flask import Flask, current_app
from wtforms import Field

from ..models import User


class Factor(NamedTuple):
    """Describe what the confirm page asks for besides the password.

    `use` tells whether the field's value is right, and uses it up in the caller's
    transaction; else it says beside the field what is wrong.
    """

    name: str
    field: Field
    hint: Callable[[User], str]
    is_set_up: Callable[[User], bool]
    use: Callable[[User, Field], bool]


def add(app: Flask, factor: Factor) -> None:
    app.extensions.setdefault("factors", []).append(factor)


def set_up_by(user: User) -> list[Factor]:
    """Return the factors that an account has besides its password."""
    known: list[Factor] = current_app.extensions.get("factors", [])
    return [factor for factor in known if factor.is_set_up(user)]
