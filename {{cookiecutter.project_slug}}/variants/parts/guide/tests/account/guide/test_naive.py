"""Each attack works on naive.py, and fails on this app. See docs/guide.md."""

import base64
import json
from datetime import timedelta
from secrets import token_hex

import pytest
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.core.environ import ConfigError, Environ

from ...conftest import MakeApp
from ...support.http import EMAIL, PASSWORD, Browser, SetCookie, page, set_cookies
from .naive import naive_app

EVIL = "https://evil.example/login"
FROM_ANOTHER_SITE = {"Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def naive() -> Browser:
    return Browser(naive_app())


def log_in(naive: Browser) -> list[SetCookie]:
    return set_cookies(naive.post("/login", data={"username": "ana"}))


def seen(naive: Browser) -> dict[str, str]:
    """Return the user that the naive app sees in the browser."""
    return dict(naive.get("/").json or {})


def with_cookies(app: Flask, cookies: dict[str, str]) -> Browser:
    other = Browser(app)
    other.keep(cookies)
    return other


def test_a_cookie_is_edited(naive: Browser, client: Browser, user: str) -> None:
    log_in(naive)
    naive.keep({"username": "admin"})
    assert seen(naive)["by cookie"] == "admin"

    client.login()
    for name, text in client.jar().items():
        for edited in ("admin", EMAIL, f"{text}x", text.replace(text[5], "x")):
            other = with_cookies(client.application, client.jar() | {name: edited})
            assert edited == text or not other.is_signed_in()


def test_a_script_reads_the_cookie(naive: Browser, client: Browser, user: str) -> None:
    (read,) = [cookie for cookie in log_in(naive) if "httponly" not in cookie.attributes]
    assert read.name == "username"
    assert all("httponly" in cookie.attributes for cookie in set_cookies(client.login())), (
        "a script in a page can read the cookie: set httponly in cookie_attributes (config.py)."
    )


def test_a_listener_overhears_the_cookie(naive: Browser, client: Browser, user: str) -> None:
    overheard = log_in(naive)
    assert {cookie.name for cookie in overheard} == {"username", "session"}
    assert not any("secure" in cookie.attributes for cookie in overheard)
    assert all("secure" in cookie.attributes for cookie in set_cookies(client.login()))


def test_a_session_is_forged_with_a_key_that_everybody_knows(naive: Browser) -> None:
    forger = Flask("forger")
    forger.secret_key = "dev"
    serializer = SecureCookieSessionInterface().get_signing_serializer(forger)
    assert serializer
    naive.keep({"session": str(serializer.dumps({"username": "admin"}))})
    assert seen(naive)["by session"] == "admin"

    with pytest.raises(ConfigError, match="too short"):
        Environ({"SECRET_KEY": "dev"}).secret_key()


def test_a_session_is_read_without_a_key(naive: Browser, client: Browser, user: str) -> None:
    log_in(naive)
    text = naive.jar()["session"].partition(".")[0]
    read = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert read == {"username": "ana"}

    for cookie in set_cookies(client.login()):
        # In quotes, because random letters can spell a short name by chance.
        assert b'"Ana"' not in cookie.readable
        assert EMAIL.encode() not in cookie.readable


def test_a_session_planted_before_the_login_survives_it(
    naive: Browser, make_app: MakeApp, user: str
) -> None:
    ours = make_app()

    @page(ours, public=True)
    def basket() -> ResponseReturnValue:
        return {"basket": session.setdefault("basket", token_hex(8))}

    attacker = Browser(naive.application)
    planted = seen(attacker)["basket"]
    naive.keep(attacker.jar())
    log_in(naive)
    assert seen(naive)["by session"] == "ana"
    assert seen(naive)["basket"] == planted

    attacker, victim = Browser(ours), Browser(ours)
    basket_of_both = attacker.get("/test-basket").json
    victim.keep(attacker.jar())
    assert victim.get("/test-basket").json == basket_of_both
    victim.login()
    assert victim.get("/test-basket").json != basket_of_both


def test_a_copy_comes_back_after_logout(naive: Browser, client: Browser, user: str) -> None:
    log_in(naive)
    copy = naive.jar()
    naive.get("/logout")
    assert seen(naive)["by session"] is None
    naive.keep(copy)
    assert seen(naive)["by session"] == "ana"

    client.login()
    copy = client.jar()
    client.logout()
    client.keep(copy)
    assert not client.is_signed_in(), (
        "a copy of the cookie works after logout: end the session on the server too, as "
        "auth/sessions/ does."
    )


def test_a_stolen_cookie_works_for_weeks(
    naive: Browser, client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    log_in(naive)
    client.login()
    assert seen(naive)["by session"] == "ana"
    clock.shift(timedelta(minutes=31))
    assert not client.is_signed_in()
    clock.shift(timedelta(days=30))
    assert seen(naive)["by session"] == "ana"
    clock.shift(timedelta(days=1))
    assert seen(naive)["by session"] is None


def test_another_site_logs_people_out(naive: Browser, client: Browser, user: str) -> None:
    log_in(naive)
    naive.get("/logout", headers=FROM_ANOTHER_SITE)
    assert seen(naive)["by session"] is None

    client.login()
    client.get("/auth/logout", headers=FROM_ANOTHER_SITE)
    assert client.post("/auth/logout", headers=FROM_ANOTHER_SITE).status_code == 403
    assert client.is_signed_in()


def test_another_site_sends_a_form(naive: Browser, client: Browser, user: str) -> None:
    # Without SameSite the cookie travels with the forms of other sites.
    assert not any("samesite" in cookie.attributes for cookie in log_in(naive))
    naive.post("/address", data={"address": "Eve's"}, headers=FROM_ANOTHER_SITE)
    assert naive.get("/address").text == "Eve's"

    assert all(c.attributes["samesite"] == "Lax" for c in set_cookies(client.login()))
    form = {"name": "Eve", "language": "en"}
    assert client.post("/account/", data=form, headers=FROM_ANOTHER_SITE).status_code == 403
    assert client.name() == "Ana"


def test_a_link_to_the_login_page_leads_elsewhere(
    naive: Browser, client: Browser, user: str
) -> None:
    query = {"next": EVIL}
    answer = naive.post("/login", query_string=query, data={"username": "ana"})
    assert answer.location == EVIL

    form = {"email": EMAIL, "password": PASSWORD}
    answer = client.post("/auth/login", query_string=query, data=form)
    assert (answer.status_code, answer.location) == (303, client.home)
