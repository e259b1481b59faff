"""What signed-in people manage for themselves comes in parts, each with its page."""

from importlib import import_module
from pathlib import Path

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }} import account
from {{ cookiecutter.project_slug }}.account import PARTS, menu
from {{ cookiecutter.project_slug }}.core.i18n import lazy_gettext as lazy

from .browser import Browser
from .conftest import MakeApp
from .inside import page
from .people import change_user
from .reading import needs_portuguese, words_of

TESTS = Path(__file__).parent


@needs_portuguese
def test_a_page_is_listed_in_its_readers_language(make_app: MakeApp, user: str) -> None:
    app = make_app()

    @page(app)
    def cupboard() -> str:
        return "jam"

    menu.add_page(app, "cupboard", lazy("Mailbox"))
    client = Browser(app)
    client.login()
    shown = client.get("/account/")
    assert '<a href="/cupboard">Mailbox</a>' in shown.text
    with app.app_context():
        change_user(user, language="pt_BR")
    assert "Caixa de correio" in words_of(client.get("/account/")).split("\n")


def test_an_app_lists_its_own_pages_alone(app: Flask, make_app: MakeApp) -> None:
    other = make_app()
    menu.add_page(other, "auth.logout", "Leave")
    listed = [endpoint for endpoint, _ in app.extensions["account_pages"]]
    assert "auth.logout" not in listed
    assert set(listed) <= app.view_functions.keys()


@pytest.mark.parametrize("part", PARTS)
def test_a_part_brings_along_all_that_is_its_own(app: Flask, part: str) -> None:
    """So that it can be taken out: its folder, its tests, and its line in PARTS."""
    found = import_module(f"{account.__name__}.{part}")
    assert callable(found.init_app)
    assert list((TESTS / part).glob("test_*.py"))
