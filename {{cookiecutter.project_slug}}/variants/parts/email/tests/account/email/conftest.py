"""Change an address, and give accounts a second factor that can make a change final."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from wtforms import StringField

from {{ cookiecutter.project_slug }}.auth.parts import Factor, Part
from {{ cookiecutter.project_slug }}.core.db import now
from {{ cookiecutter.project_slug }}.models import User

from ...support.http import Browser
from ...support.mail import ask_for_link, letters, link_in

START = "/account/email"
FINISH = "/account/email/finish"
UNDO = "/account/email/undo"
END = "/account/email/undo/end"
NEW = "ana.new@example.com"
BOB = "bob@example.com"


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


def open_link_to(client: Browser, email: str = NEW) -> str:
    """Request an address, open the mailed link, and return it; the button is not pressed."""
    link = ask_for_link(client, START, email)
    assert client.get(link).location == FINISH
    return link


def change_address(client: Browser, email: str = NEW) -> str:
    """Change the address of the signed-in user; return the link that undoes it."""
    open_link_to(client, email)
    assert client.post(FINISH).status_code == 303
    (notice,) = letters(client.application)
    return link_in(notice)


def undo(client: Browser, link: str) -> int:
    """Open a link that undoes a change, press the button, and return the status."""
    client.get(link)
    return client.post(UNDO).status_code
