"""Every page is completely translated into Portuguese."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.test import TestResponse

from my_flask_app.core.environ import MailServer

from ...conftest import MakeApp
from ...support.accounts import change_user
from ...support.html import asking, language_of, needs_portuguese, words_of
from ...support.http import EMAIL, PASSWORD, Browser, page
from ...support.mail import ask_for_link, letters
from ..support.html import assert_in_portuguese

pytestmark = needs_portuguese

NEW = "new@example.com"
LONG = {"name": "A" * 101, "password": "x" * 257}
STRANGE = {"name": "A\tB", "password": "short"}
GUESSED = {"name": "Ana", "password": "passwordpassword"}
GOOD = {"name": "Ana", "password": "umbrella lantern gravel Tuesday"}

Walk = Callable[[Browser], Iterator[TestResponse]]


def logging_in(reader: Browser) -> Iterator[TestResponse]:
    yield reader.get("/")
    yield reader.get("/auth/login?next=/account/")
    yield reader.login(email="", password="")
    yield reader.login(email="nobody", password="x" * 257)
    yield reader.login(password="wrong, quite wrong")
    reader.login()
    yield reader.get("/")


def registering(reader: Browser) -> Iterator[TestResponse]:
    yield reader.get("/auth/register")
    yield reader.post("/auth/register", data={"email": "nobody"})
    link = ask_for_link(reader, "/auth/register", NEW)
    reader.get(link)
    yield from filling_in(reader, "/auth/register/finish")
    yield reader.get("/")
    yield reader.get(link)
    yield reader.post("/auth/register", data={"email": EMAIL})


def resetting(reader: Browser) -> Iterator[TestResponse]:
    yield reader.get("/auth/reset")
    yield reader.post("/auth/reset", data={"email": "nobody"})
    link = ask_for_link(reader, "/auth/reset", EMAIL)
    reader.get(link)
    yield from filling_in(reader, "/auth/reset/finish")
    yield reader.get("/auth/login")
    yield reader.get(link)
    yield reader.post("/auth/reset", data={"email": NEW})


def managing(reader: Browser) -> Iterator[TestResponse]:
    reader.login()
    yield reader.get("/account/")
    yield reader.post("/account/", data={**LONG, "language": "qaa"})
    reader.post("/account/", data={"name": "Ana", "language": "pt_BR"})
    yield reader.get("/account/")
    yield reader.post("/account/password", data={"current_password": "wrong"} | GOOD)
    yield from filling_in(reader, "/account/password")
    yield reader.get("/account/")


def filling_in(reader: Browser, path: str) -> Iterator[TestResponse]:
    yield reader.get(path)
    for form in ({}, LONG, STRANGE, GUESSED):
        refused = reader.post(path, data={"current_password": PASSWORD, **form})
        assert refused.status_code == 422
        yield refused
    done = reader.post(path, data={"current_password": PASSWORD, **GOOD})
    assert done.status_code == 303


@pytest.mark.parametrize("walk", [logging_in, registering, resetting, managing])
def test_every_page_is_translated(app: Flask, user: str, walk: Walk) -> None:
    with app.app_context():
        change_user(user, language="pt_BR")
    for shown in walk(asking(app, "pt-BR")):
        assert_translated(shown)


def test_every_error_is_translated(make_app: MakeApp) -> None:
    app = make_app()

    @page(app, public=True)
    def broken() -> ResponseReturnValue:
        abort(int(request.args["code"]))

    reader = asking(app, "pt-BR")
    for code in (400, 403, 404, 405, 413, 418, 429, 500, 503):
        path = f"/test-broken?code={code}"
        shown = reader.get(path)
        assert shown.status_code == code
        assert_translated(shown)
        said = reader.get(path, headers={"Accept": "application/json"}).json
        assert said
        assert_in_portuguese(said["error"])


def test_every_refusal_is_translated(app: Flask, make_app: MakeApp) -> None:
    reader = asking(app, "pt-BR")
    forged = {"Sec-Fetch-Site": "cross-site"}
    assert_translated(reader.post("/auth/login", headers=forged))
    said = reader.get("/account/", headers={"Accept": "application/json"}).json
    assert said
    assert_in_portuguese(said["error"])
    silent = asking(make_app(mail_server=MailServer("none")), "pt-BR")
    for path in ("/auth/register", "/auth/reset", "/auth/login", "/"):
        assert_translated(silent.get(path))


def test_texts_of_development_are_translated(make_app: MakeApp, user: str) -> None:
    app = make_app(development=True, public_url="http://localhost:5000")
    reader = asking(app, "pt-BR")
    reader.origin = "http://localhost:5000"
    assert_translated(reader.get("/"))
    assert_translated(reader.get("/auth/login?next=/account/"))
    assert_translated(reader.get("/dev/mailbox"))
    assert_translated(reader.post("/auth/register", data={"email": NEW}))
    reader.post("/auth/register", data={"email": "carl@example.com"})
    assert len(letters(app)) == 2
    assert_translated(reader.get("/dev/mailbox"))


def assert_translated(shown: TestResponse) -> None:
    assert language_of(shown) == "pt_BR"
    assert_in_portuguese(words_of(shown))
