"""Ask an app in which all recipes were followed: a test to be laid into a project."""

QUESTIONS = r'''"""Each recipe does what it says."""

import io
import json
import re
import shlex
from argparse import ArgumentParser
from pathlib import Path

import pytest
from flask import Flask, redirect
from sqlalchemy import select, update
from time_machine import TimeMachineFixture
from werkzeug.test import TestResponse

from my_flask_app import account, staff
from my_flask_app.auth.parts import Part
from my_flask_app.core.db import db, now
from my_flask_app.models import Note, Picture, User
from my_flask_app.reminders import remind

from .conftest import MakeApp
from .support.accounts import add_user
from .support.http import EMAIL, PASSWORD, Browser
from .support.mail import html_in, letters

BOB = "bob@example.com"
DOCS = Path(__file__).parents[1] / "docs"
KNOWN = "what the directory knows"
LOGIN = "/auth/login"
FETCH = {"Sec-Fetch-Mode": "cors"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ana(client: Browser, user: str) -> Browser:
    client.login()
    return client


@pytest.fixture
def bob(app: Flask) -> Browser:
    with app.app_context():
        add_user(BOB, name="Bob")
    browser = Browser(app)
    browser.login(BOB)
    return browser


def asks_for_login(browser: Browser, page: str) -> bool:
    return (browser.get(page).location or "").startswith(LOGIN)


def test_blueprint(app: Flask, ana: Browser) -> None:
    assert asks_for_login(Browser(app), "/shop/")
    assert ana.get("/shop/").json == {"tea": "3.50"}


def test_form(ana: Browser) -> None:
    page = ana.get("/rating")
    assert (page.status_code, 'name="made_for"' in page.text) == (200, True)
    refused = ana.post("/rating", data={"stars": "9"})
    assert refused.status_code == 422
    assert "Please choose 1 to 5 stars." in refused.text
    assert ana.post("/rating", data={"stars": "4"}).location == "/"
    assert "Thank you for 4 stars." in ana.get("/").text


def test_table(app: Flask, ana: Browser, bob: Browser) -> None:
    with app.app_context():
        owner = db.session.scalars(select(User.id).where(User.email == EMAIL)).one()
        note = Note(user_id=owner, text="Milk")
        db.session.add(note)
        db.session.commit()
        page = f"/notes/{note.id}"
    assert ana.get(page).json == {"text": "Milk"}
    assert bob.get(page).status_code == 404


def test_column_role_and_command(app: Flask, ana: Browser) -> None:
    assert asks_for_login(Browser(app), "/staff/")
    refused = ana.get("/staff/")
    assert refused.status_code == 403
    assert "This page is for the staff." in refused.text
    done = app.test_cli_runner().invoke(args=["user", "promote", EMAIL])
    assert (done.exit_code, done.output) == (0, f"{EMAIL} belongs to the staff.\n")
    assert ana.get("/staff/").json == {"welcome": "Ana"}
    missing = app.test_cli_runner().invoke(args=["user", "promote", BOB])
    assert missing.output == f"Error: There is no account with {BOB}.\n"


def test_export(app: Flask, ana: Browser) -> None:
    with app.app_context():
        owners = {user.email: user.id for user in db.session.scalars(select(User))}
        db.session.add(Note(user_id=owners[EMAIL], text="Milk"))
        add_user(BOB, name="Bob")
    file = ana.post("/account/data").json
    assert file is not None
    assert file["notes"] == ["Milk"]


def test_json(app: Flask, ana: Browser) -> None:
    api, ana_says = "/api/greeting", {"name": "Ana"}
    assert ana.post(api, json=ana_says).json == {"greeting": "Hello, Ana"}
    wrong: list[object] = [{}, [], {"name": 1}]
    for sent in wrong:
        refused = ana.post(api, json=sent, headers=FETCH)
        assert refused.status_code == 400
        assert refused.json == {"error": "name is missing"}
    late = Browser(app).post(api, json=ana_says, headers=FETCH)
    assert (late.status_code, late.json) == (401, {"error": "Please log in."})
    assert "/static/greet.js" in ana.get("/").text
    assert 'fetch("/api/greeting"' in ana.get("/static/greet.js").text


def curl(app: Flask, line: str) -> TestResponse:
    """Send what a command of the document sends."""
    read = ArgumentParser()
    read.add_argument("url")
    read.add_argument("-X", default="GET")
    read.add_argument("-H", action="append")
    read.add_argument("--json", type=json.loads)
    sent = read.parse_args(shlex.split(line)[1:])
    headers = [header.split(": ", 1) for header in sent.H]
    path = sent.url.removeprefix("http://localhost:5000")
    return app.test_client().open(path, method=sent.X, headers=headers, json=sent.json)


def test_api(app: Flask, ana: Browser) -> None:
    form = {"name": "Script", "access": "write", "days": "30"}
    page = ana.post("/account/tokens", data=form).text
    (token,) = re.findall("<code>(.*?)</code>", page)
    text = (DOCS / "tokens.md").read_text(encoding="utf-8")
    lines = re.findall("(?m)^curl .*$", text)
    answers = [curl(app, line.replace("$TOKEN", token)) for line in lines]
    assert [answer.status_code for answer in answers] == [200, 200, 401]
    assert answers[0].json == {"name": "Ana", "language": "en"}
    assert answers[1].json == {"language": "pt_BR"}
    assert ana.get("/api/me").json == {"name": "Ana", "language": "pt_BR"}
    assert asks_for_login(Browser(app), "/api/me")


def test_htmx(app: Flask, ana: Browser) -> None:
    home = ana.get("/").text
    assert '<button hx-get="/clock"' in home
    assert ana.get("/static/htmx.min.js").status_code == 200
    (settings,) = re.findall("(?s)htmx-config\" content='(.*?)'", home)
    swaps = json.loads(settings)["responseHandling"]
    swapped = {
        status: next(one["swap"] for one in swaps if re.search(one["code"], status))
        for status in ("200", "204", "303", "401", "422", "500")
    }
    assert [status for status in swapped if swapped[status]] == ["200", "303", "422"]
    assert re.fullmatch(r"\d\d:\d\d UTC", ana.get("/clock", headers=HTMX).text)
    late = Browser(app).get("/clock", headers=HTMX)
    assert (late.status_code, late.headers["HX-Redirect"]) == (401, LOGIN)


def test_cdn(client: Browser) -> None:
    page = client.get("/")
    policy = page.headers["Content-Security-Policy"]
    for kind, name in (("style", "href"), ("script", "src")):
        (sources,) = re.findall(f"{kind}-src 'self' (.*?);", policy)
        loaded = re.findall(f' {name}="(https:.*?)"', page.text)
        assert loaded
        assert all(address.startswith(sources) for address in loaded)
    assert "img-src 'self' data:" in policy
    assert page.text.count('integrity="sha384-') == 2
    assert page.text.count('crossorigin="anonymous"') == 2


def test_upload(app: Flask, ana: Browser, bob: Browser) -> None:
    content = b"x" * 2_000_000
    assert ana.get("/picture").status_code == 404
    for _ in range(2):
        sent = ana.post("/picture", data={"picture": (io.BytesIO(content), "me.png")})
        assert sent.location == "/picture"
    shown = ana.get("/picture")
    assert (shown.mimetype, shown.data == content) == ("image/png", True)
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert bob.get("/picture").status_code == 404
    too_large = {"picture": (io.BytesIO(content * 6), "me.png")}
    assert ana.post("/picture", data=too_large).status_code == 413
    assert ana.post("/picture").status_code == 400
    done = app.test_cli_runner().invoke(args=["user", "delete", EMAIL])
    assert done.exit_code == 0
    with app.app_context():
        assert db.session.scalars(select(Picture)).all() == []


def test_mail(app: Flask, user: str) -> None:
    with app.app_context():
        remind(db.session.scalars(select(User)).one(), "Milk & honey")
        db.session.commit()
    (letter,) = letters(app)
    assert (letter["Subject"], letter["To"]) == ("Do not forget", EMAIL)
    assert letter.get_content() == "Milk & honey\n"
    assert "\nMilk &amp; honey\n" in html_in(letter)


def test_other_means(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture, make_app: MakeApp
) -> None:
    assert client.login(password="wrong").status_code == 422
    assert client.login(BOB, KNOWN).status_code == 422
    secret = "/notes/secret"
    assert client.login(password=KNOWN, next=secret).location == secret
    clock.shift(600)
    assert client.get(secret).status_code == 303
    assert client.post("/auth/confirm", data={"password": "wrong"}).status_code == 422
    assert client.post("/auth/confirm", data={"password": KNOWN}).status_code == 303
    assert client.get(secret).status_code == 200
    assert Browser(app).login(password=PASSWORD).status_code == 303

    asking = make_app()
    riddle = redirect("/riddle", 303)
    step = Part(order=99, login_step=lambda user, attempt: riddle)
    account.add_part(asking, step)
    assert Browser(asking).login(password=KNOWN).location == "/riddle"

    with app.app_context():
        db.session.execute(update(User).values(disabled_at=now()))
        db.session.commit()
    locked = Browser(app)
    locked.login(password=KNOWN)
    assert not locked.is_signed_in()


def test_guesses_at_another_password_are_counted(client: Browser, user: str) -> None:
    answers = [client.login(password="wrong").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    assert client.login(password=KNOWN).status_code == 429


def test_extension(app: Flask, ana: Browser) -> None:
    visitor = Browser(app)
    assert visitor.get("/wiki/").text == "Welcome."
    assert asks_for_login(visitor, "/wiki/edit")
    assert ana.get("/wiki/edit").text == "Edit."


def test_extension_for_a_role(make_app: MakeApp, ana: Browser) -> None:
    app = make_app()
    app.before_request_funcs.setdefault("wiki", []).insert(0, staff.require_staff)
    browser = Browser(app)
    browser.login()
    assert browser.get("/wiki/edit").status_code == 403


def test_password(ana: Browser, clock: TimeMachineFixture) -> None:
    assert ana.get("/notes/secret").status_code == 200
    clock.shift(600)
    assert ana.get("/notes/secret").status_code == 303


def test_session(ana: Browser) -> None:
    assert ana.post("/colour", data={"colour": "green"}).location == "/colour"
    assert ana.get("/colour").json == {"colour": "green"}
    ana.logout()
    ana.login()
    assert ana.get("/colour").json == {"colour": "white"}
'''
