"""Give accounts a second factor that can make a change of address final."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from wtforms import StringField

from {{ cookiecutter.project_slug }}.auth.parts import Factor, Part
from {{ cookiecutter.project_slug }}.core.db import now
from {{ cookiecutter.project_slug }}.models import User


class Device:
    """A second factor that every account has since a time set by the test, or not at all."""

    def __init__(self) -> None:
        self.since: datetime | None = None

    def set_up(self) -> None:
        self.since = now()

    def drop(self, user: User) -> None:
        self.since = None

    def part(self) -> Part:
        factor = Factor(
            name="device",
            field=StringField(),
            hint=lambda user: "",
            # No page asks for it: only its set-up time matters here.
            is_set_up=lambda user: False,
            use=lambda user, field: False,
            since=lambda user: self.since,
            drop=self.drop,
        )
        return Part(order=0, factor=factor)


@pytest.fixture
def device(app: Flask) -> Iterator[Device]:
    made = Device()
    parts = app.extensions["parts"]
    # Replace the factors of other parts, which are not tested here.
    app.extensions["parts"] = [*(part for part in parts if not part.factor), made.part()]
    yield made
    app.extensions["parts"] = parts
