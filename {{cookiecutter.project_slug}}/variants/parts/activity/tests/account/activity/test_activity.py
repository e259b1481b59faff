"""A user sees the events of their own account, and of no other one."""

import re

import pytest
from flask import Flask
from sqlalchemy import insert

from {{ cookiecutter.project_slug }}.account.activity.labels import known
from {{ cookiecutter.project_slug }}.core import i18n
from {{ cookiecutter.project_slug }}.core.audit import Event
from {{ cookiecutter.project_slug }}.core.db import db

from ...support.accounts import add_user
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.sql import rows

PATH = "/account/activity"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PEER = "198.51.100.7"


@pytest.fixture
def ana(client: Browser, user: str) -> Browser:
    """Return a browser in which Ana is signed in."""
    client.environ_base |= {"REMOTE_ADDR": PEER, "HTTP_USER_AGENT": FIREFOX}
    client.login()
    return client


def add_events(app: Flask, *kinds: str, email: str = EMAIL, **detail: str) -> None:
    (owner,) = rows(app, "SELECT id FROM users WHERE email = :email", email=email)
    row = {"user_id": owner["id"], "address": PEER, "client": FIREFOX, "detail": detail}
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(insert(Event), [{"kind": kind, **row} for kind in kinds])


def kinds_shown(client: Browser, page: object = 1) -> list[str]:
    shown = client.get(PATH, query_string={"page": page})
    assert shown.status_code == 200
    return re.findall("<strong>(.*?)</strong>", shown.text)


def test_events_are_shown_latest_first_with_time_browser_and_address(ana: Browser) -> None:
    assert PATH in ana.get("/account/").text
    ana.post("/auth/confirm", data={"password": PASSWORD})
    assert kinds_shown(ana)[-2:] == ["The password was confirmed", "Logged in"]
    text = ana.get(PATH).text
    assert "Firefox on Linux" in text
    assert PEER in text
    assert re.search(r'<time datetime="\d{4}-\d\d-\d\dT[\d:]{8}\+00:00">.+ UTC</time>', text)


def test_a_user_does_not_see_from_where_an_administrator_acted(app: Flask, client: Browser) -> None:
    with app.app_context():
        add_user(EMAIL)
    client.login()
    add_events(app, "disabled", by="somebody else")
    text = client.get(PATH).text
    assert "The account was locked" in text
    assert PEER not in text
    assert "Firefox on Linux" not in text


def test_a_user_sees_only_their_own_events(app: Flask, ana: Browser) -> None:
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    add_events(app, "bobs_own", email="bob@example.com")
    Browser(app).login("nobody@example.com")
    assert kinds_shown(ana) == ["Logged in"]
    bob = Browser(app)
    bob.login("bob@example.com")
    assert kinds_shown(bob) == ["Logged in", "bobs_own"]


def test_a_visitor_cannot_open_the_activity_page(client: Browser) -> None:
    assert client.get(PATH).location.startswith("/auth/login")


def test_every_recorded_event_has_a_label(app: Flask) -> None:
    recorded: set[str] = set()
    for path in i18n.PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        recorded |= set(re.findall(r'\b(?:audit\.record\(|mail\.report\(\w+,)\s*"(\w+)"', text))
    assert {"login", "login_failed", "password_changed"} <= recorded
    with app.app_context():
        unknown = sorted(recorded - set(known()))
    assert not unknown, (
        f"add a label for each of {unknown} to account/activity/labels.py, or to the `labels` of "
        "your part: the activity page shows it to users."
    )
