"""The account area consists of parts; each part declares what it adds."""

import pytest
from flask import Blueprint, Flask

from my_flask_app.auth.parts import Part
from my_flask_app.core import mail
from my_flask_app.core.db import db
from my_flask_app.core.environ import MailServer
from my_flask_app.core.i18n import lazy_gettext as lazy
from my_flask_app.core.mail import Message
from my_flask_app.core.mail.outbox import Outbox

from ...conftest import MakeApp
from ...support.accounts import change_user
from ...support.cli import run
from ...support.html import needs_portuguese, words_of
from ...support.http import EMAIL, Browser
from ...support.mail import letters
from ...support.parts import add_part, use_parts

LOCALHOST = "http://localhost:5000"
LINK = '<a href="/cupboard">Mailbox</a>'


@pytest.mark.parametrize(("scheme", "listed"), [("console", True), ("none", False)])
def test_a_page_that_needs_mail_is_not_listed_where_there_is_none(
    make_app: MakeApp, user: str, scheme: str, listed: bool
) -> None:
    app = make_app(mail_server=MailServer(scheme))
    client = Browser(add_part(app, **cupboard(menu_needs_mail=True)))
    client.login()
    assert (LINK in client.get("/account/").text) is listed


def test_development_pages_of_a_part_exist_only_in_development(
    make_app: MakeApp, user: str
) -> None:
    part = cupboard(development_only=True)
    desk = Browser(
        add_part(make_app(development=True, public_url=LOCALHOST), **part), origin=LOCALHOST
    )
    site = Browser(add_part(make_app(), **part))
    assert "Mailbox</a>" in desk.get("/auth/login").text
    for browser, status in ((desk, 200), (site, 404)):
        browser.login()
        assert browser.get("/cupboard").status_code == status
        assert LINK not in browser.get("/account/").text


def test_parts_stand_in_the_order_that_they_say(
    make_app: MakeApp, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    menus = [(number, ("account.profile", f"Page {number}")) for number in (30, 10, 20)]
    use_parts(monkeypatch, *(Part(order=order, menu=menu) for order, menu in menus))
    app = make_app()
    assert [part.order for part in app.extensions["parts"]] == [10, 20, 30]
    client = Browser(app)
    client.login()
    shown = words_of(client.get("/account/"))
    assert shown.index("Page 10") < shown.index("Page 20") < shown.index("Page 30")


def test_a_part_composes_its_mails(make_app: MakeApp, user: str) -> None:
    def compose(row: Outbox) -> Message:
        return Message("password_changed", {})

    app = add_part(make_app(), composers={"jam": compose})
    with app.app_context():
        mail.enqueue("jam", EMAIL)
        db.session.commit()
    (letter,) = letters(app)
    assert letter["To"] == EMAIL


def test_a_part_tells_operators_what_it_knows_of_an_account(make_app: MakeApp, user: str) -> None:
    app = add_part(make_app(), facts=lambda user: [("jam of", user.name), ("spoons", 2)])
    lines = run(app, "list", EMAIL).output.splitlines()
    first = lines.index("jam of\tAna")
    assert lines[first + 1] == "spoons\t2"


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
