"""The account area consists of parts; each part declares what it adds."""

from flask import Blueprint, Flask

from {{ cookiecutter.project_slug }}.core.i18n import lazy_gettext as lazy

from ..conftest import MakeApp
from ..support.accounts import change_user
from ..support.html import needs_portuguese, words_of
from ..support.http import Browser
from ..support.parts import add_part

LINK = '<a href="/cupboard">Mailbox</a>'


def cupboard(**more: object) -> dict[str, object]:
    """Return the fields of a part with a page."""
    pages = Blueprint("cupboard", __name__)

    @pages.get("/cupboard")
    def show() -> str:
        return "jam"

    return {"blueprints": [pages], "menu": ("cupboard.show", lazy("Mailbox")), **more}


@needs_portuguese
def test_the_page_of_a_part_is_listed_in_the_users_language(make_app: MakeApp, user: str) -> None:
    app = add_part(make_app(), **cupboard())
    client = Browser(app)
    client.login()
    shown = client.get("/account/")
    assert LINK in shown.text
    assert client.get("/cupboard").text == "jam"
    with app.app_context():
        change_user(user, language="pt_BR")
    assert "Caixa de correio" in words_of(client.get("/account/")).split("\n")


def test_an_app_lists_only_the_pages_of_its_own_parts(app: Flask, make_app: MakeApp) -> None:
    other = make_app()
    add_part(other, menu=("auth.logout", "Leave"))
    listed = [endpoint for endpoint, _ in app.extensions["account_pages"]]
    assert "auth.logout" not in listed
    assert set(listed) <= app.view_functions.keys()
    assert len(other.extensions["parts"]) == len(app.extensions["parts"]) + 1


def test_the_page_of_a_part_requires_login(make_app: MakeApp, user: str) -> None:
    client = Browser(add_part(make_app(), **cupboard()))
    assert client.get("/cupboard").location == "/auth/login?next=/cupboard"
