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
from .support.accounts import add_user
from .support.http import EMAIL, Browser, set_cookies
from .support.sql import run_sql, selects, statements

KEY = "what the portal signs with"
GATEWAY_KEY = "what the gateway signs with"
PARTNER = "https://partner.example.com"


@pytest.fixture(autouse=True)
def portal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_KEY", KEY)
    monkeypatch.setenv("GATEWAY_KEY", GATEWAY_KEY)


def leave(browser: Browser) -> str:
    """Go to the portal; return the state that it gets."""
    left = browser.post("/auth/portal").location or ""
    url = urlsplit(left)
    origin = f"{url.scheme}://{url.netloc}"
    page = browser.get("/auth/login")
    assert '<form method="post" action="/auth/portal">' in page.text
    policy = page.headers["Content-Security-Policy"]
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
    step = Part(order=99, login_step=lambda user, attempt: riddle)
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


def vouch(email: str = EMAIL, *, key: str = GATEWAY_KEY) -> dict[str, str]:
    """Return the headers that the gateway adds."""
    return {"X-Gateway-User": str(URLSafeTimedSerializer(key).dumps(email))}


def test_the_gateway_names_users(app: Flask, client: Browser, user: str) -> None:
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    client.login("bob@example.com")
    with statements(app) as run:
        page = client.get("/", headers=vouch())
    assert "Ana" in page.text
    assert set_cookies(page) == []
    assert len(selects(run)) == 1
    eve, ann = {"name": "Eve"}, {"name": "Ann"}
    forged = vouch() | {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/account/", data=eve, headers=forged).status_code == 403
    assert client.post("/account/", data=ann, headers=vouch()).status_code == 303
    assert "Ann" in client.get("/", headers=vouch()).text
    assert client.name() == "Bob"


def test_the_gateway_alone_decides(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    client.login()
    late = vouch()
    nobody = client.get("/account/", headers=vouch("bob@example.com")).location or ""
    assert nobody.startswith("/auth/login")
    assert client.get("/", headers=vouch(key="another key")).status_code == 401
    clock.shift(62)
    assert client.get("/", headers=late).status_code == 401
    assert client.is_signed_in()
    run_sql(app, "UPDATE users SET disabled_at = created_at")
    disabled = client.get("/account/", headers=vouch()).location or ""
    assert disabled.startswith("/auth/login")


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
