"""Ask an app in which all seams were used: a test to be laid into a project."""

QUESTIONS = r'''"""Each seam does what it says."""

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, redirect
from itsdangerous import URLSafeTimedSerializer
from time_machine import TimeMachineFixture

from my_flask_app import account
from my_flask_app.auth.parts import Part

from .conftest import MakeApp
from .support.http import EMAIL, Browser

KEY = "what the portal signs with"
PARTNER = "https://partner.example.com"


@pytest.fixture(autouse=True)
def portal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_KEY", KEY)


def leave(browser: Browser) -> str:
    """Go to the portal; return the state that it gets."""
    left = browser.post("/auth/portal").location or ""
    url = urlsplit(left)
    origin = f"{url.scheme}://{url.netloc}"
    policy = browser.get("/auth/login").headers["Content-Security-Policy"]
    assert f"form-action 'self' {origin};" in policy
    (state,) = parse_qs(url.query)["state"]
    return state


def answer(state: str, email: str = EMAIL, *, key: str = KEY) -> str:
    said = URLSafeTimedSerializer(key).dumps({"state": state, "email": email})
    return f"/auth/portal/back?answer={said}"


def test_the_portal_signs_users_in(app: Flask, client: Browser, user: str) -> None:
    assert client.get(answer("")).status_code == 403
    state = leave(client)
    assert client.get(answer(state)).location == "/"
    assert client.is_signed_in()
    # The answer works once, and in the browser that asked.
    assert client.get(answer(state)).status_code == 403
    other = Browser(app)
    assert other.get(answer(state)).status_code == 403
    leave(other)
    assert other.get(answer(state)).status_code == 403
    assert not other.is_signed_in()


def test_only_what_the_portal_signed_just_now(
    client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    assert client.get(answer(leave(client), key="another key")).status_code == 403
    assert client.get(answer(leave(client), "bob@example.com")).status_code == 403
    late = answer(leave(client))
    clock.shift(62)
    assert client.get(late).status_code == 403
    assert client.get("/auth/portal/back").status_code == 403
    assert not client.is_signed_in()


def test_further_steps_are_asked(make_app: MakeApp, user: str) -> None:
    app = make_app()
    riddle = redirect("/riddle", 303)
    step = Part(order=99, login_step=lambda user, remember, target: riddle)
    account.add_part(app, step)
    browser = Browser(app)
    assert browser.get(answer(leave(browser))).location == "/riddle"
    assert not browser.is_signed_in()


def test_a_part(app: Flask, client: Browser, user: str) -> None:
    client.login()
    assert 'href="/account/since"' in client.get("/account/").text
    page = client.get("/account/since").text
    assert "<h1>Member since 20" in page
    shown = app.test_cli_runner().invoke(args=["user", "list", EMAIL]).output
    assert "member since" in shown
    stranger = Browser(app).get("/account/since").location or ""
    assert stranger.startswith("/auth/login")


def test_another_origin(client: Browser, user: str) -> None:
    from_there = {"Origin": PARTNER, "Sec-Fetch-Site": "cross-site"}
    opened = client.get("/api/prices", headers=from_there)
    assert opened.json == {"tea": "3.50"}
    assert opened.headers["Access-Control-Allow-Origin"] == PARTNER
    assert "Access-Control-Allow-Credentials" not in opened.headers
    client.login()
    closed = client.get("/", headers=from_there)
    assert "Access-Control-Allow-Origin" not in closed.headers
    refused = client.post("/account/", data={"name": "Eve"}, headers=from_there)
    assert refused.status_code == 403
'''
