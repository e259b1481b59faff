"""What leaves comes back once, soon, in the same browser, for the same purpose and user."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from ....account.social.provider import ANA, Provider, visit
from ....support.accounts import add_user
from ....support.http import EMAIL, ORIGIN, Browser, set_cookies
from ....support.sql import everything_stored, rows
from .conftest import Configure
from .trips import (
    BOB,
    CALLBACK,
    CONFIRM,
    CONNECT,
    CONNECTIONS,
    LOGIN,
    LOST,
    arrive,
    connections,
    emails,
    leave,
)

CEREMONY = "__Host-my_flask_app-ceremony"
LIFE = timedelta(minutes=10)


def test_an_answer_is_used_once(trusting: Flask, browser: Browser) -> None:
    answer = leave(browser)
    browser.get(answer)
    browser.logout()
    assert LOST in browser.get(answer).text
    assert not browser.is_signed_in()


def test_an_answer_that_fails_is_used_up(browser: Browser, provider: Provider) -> None:
    answer = leave(browser)
    provider.token["nonce"] = "another"
    browser.get(answer)
    provider.reset()
    assert LOST in browser.get(answer).text
    assert not browser.is_signed_in()


def test_an_answer_expires(browser: Browser, clock: TimeMachineFixture) -> None:
    answer = leave(browser)
    clock.shift(LIFE)
    assert LOST in browser.get(answer).text
    assert not browser.is_signed_in()


def test_nobody_is_signed_in_to_the_account_of_an_attacker(
    trusting: Flask, browser: Browser
) -> None:
    """The attacker sends an answer of their own to the victim's browser (login CSRF)."""
    victim = Browser(trusting)
    leave(victim)
    answer = leave(browser)
    assert LOST in victim.get(answer).text
    assert not victim.is_signed_in()
    browser.get(answer)
    assert browser.is_signed_in()


def test_a_victim_connects_no_account_of_an_attacker(
    trusting: Flask, user: str, provider: Provider
) -> None:
    victim, attacker = Browser(trusting), Browser(trusting)
    with trusting.app_context():
        add_user("bob@example.com", name="Bob")
    victim.login()
    attacker.login("bob@example.com")
    provider.claims = dict(BOB)
    answer = leave(attacker, CONNECT)
    leave(victim, CONNECT)
    victim.get(answer)
    assert connections(trusting) == []


@pytest.mark.parametrize("other", ["connect", "confirm", "", "add passkey", "log in", "Login"])
def test_an_answer_is_for_one_purpose(ana: Browser, provider: Provider, other: str) -> None:
    provider.claims = dict(BOB)
    answer = leave(ana)
    ana.get(answer.replace("state=login.", f"state={other}."))
    assert connections(ana.application) == [ANA["sub"]]
    assert ana.name() == "Ana"


def test_a_login_that_began_signed_in_connects_nothing(
    ana: Browser, trusting: Flask, provider: Provider
) -> None:
    """Only the page of the account, with a recent proof, connects."""
    provider.claims = dict(BOB)
    arrive(ana)
    assert emails(trusting) == [EMAIL, "bob@example.com"]
    assert ana.name() == "Bob"


@pytest.mark.parametrize("where", [CONNECT, CONFIRM])
def test_an_answer_is_for_one_user(
    ana: Browser, trusting: Flask, provider: Provider, where: str
) -> None:
    """Bob logs in, in Ana's browser, while she is away."""
    arrive(ana, CONFIRM)
    provider.claims = {**ANA, "sub": "1003"} if where == CONNECT else dict(ANA)
    answer = leave(ana, where)
    ana.logout()
    provider.claims = dict(BOB)
    arrive(ana)
    assert ana.name() == "Bob"
    assert LOST in ana.get(answer).text
    assert connections(trusting) == [ANA["sub"], BOB["sub"]]


@pytest.mark.parametrize("where", [CONNECT, CONFIRM])
def test_after_logout_nothing_is_connected_and_nothing_confirmed(
    ana: Browser, trusting: Flask, provider: Provider, where: str
) -> None:
    arrive(ana, CONFIRM)
    provider.claims = {**ANA, "sub": "1003"} if where == CONNECT else dict(ANA)
    answer = leave(ana, where)
    ana.logout()
    assert LOST in ana.get(answer).text
    assert connections(trusting) == [ANA["sub"]]
    assert not ana.is_signed_in()


def test_the_answer_of_one_provider_is_none_of_another(trust: Configure) -> None:
    """Each has its own path, and a code is sent to the provider that made it (RFC 9700, 2.1)."""
    browser = Browser(trust("acme", "beta"))
    for name, other in (("acme", "beta"), ("beta", "acme")):
        answer = visit(browser.post(f"/auth/with/{name}"))
        there = browser.get(answer.replace(f"/with/{name}/", f"/with/{other}/"))
        assert LOST in there.text
        assert not browser.is_signed_in()
        browser.get(answer)
        assert browser.is_signed_in()
        browser.logout()


GARBAGE = ["", "login", "login.", "login.zz", ".", "login." + "00" * 32, "x" * 3000, "%00", "%ff"]


@pytest.mark.parametrize("state", GARBAGE)
def test_a_state_that_is_none_leads_nowhere(browser: Browser, state: str) -> None:
    leave(browser)
    # PostgreSQL stores no NUL, so the app refuses it there.
    assert browser.get(f"{CALLBACK}?code=x&state={state}").status_code in {410, 400}
    assert browser.get(CALLBACK).status_code == 410


def test_of_a_parameter_sent_twice_the_first_counts(browser: Browser) -> None:
    answer = leave(browser)
    browser.get(f"{answer}&state=login.00&code=x&iss=https://evil.example")
    assert browser.is_signed_in()


def test_the_way_back_is_on_our_public_origin_whatever_the_host(
    trust: Configure, provider: Provider
) -> None:
    """A proxy that forwards http, or a forged Host header, would lead the code elsewhere."""
    app = trust("acme", trusted_proxies=1)
    for origin, forwarded in (
        ("http://10.0.0.5:8000", {"X-Forwarded-Proto": "http"}),
        ("https://evil.example", {"X-Forwarded-Host": "evil.example"}),
    ):
        headers = {"X-Forwarded-For": "203.0.113.9", **forwarded}
        visit(Browser(app).post(LOGIN, base_url=origin, headers=headers))
        assert provider.asked["redirect_uri"] == f"{ORIGIN}{CALLBACK}"


def test_what_is_asked_is_new_each_time_and_said_nowhere(
    trusting: Flask, browser: Browser, provider: Provider
) -> None:
    seen: dict[str, set[str]] = {"state": set(), "nonce": set(), "code_challenge": set()}
    for _ in range(5):
        leave(browser)
        for name, values in seen.items():
            values.add(provider.asked[name])
    assert {len(values) for values in seen.values()} == {5}
    assert (provider.asked["response_type"], provider.asked["code_challenge_method"]) == (
        "code",
        "S256",
    )
    assert provider.asked["scope"].split() == ["openid", "email", "profile"]
    assert not {"max_age", "prompt", "response_mode"} & provider.asked.keys()
    stored = everything_stored(trusting)
    for state in seen["state"]:
        assert bytes.fromhex(state.partition(".")[2]) not in stored
    assert browser.cookies()[CEREMONY].encode() not in stored


def test_many_clicks_make_no_cookie_grow(trusting: Flask, browser: Browser) -> None:
    """At 4 KB the browser would drop it, and the login with it."""
    browser.post(LOGIN)
    sizes = {name: len(value) for name, value in browser.cookies().items()}
    for _ in range(14):
        browser.post(LOGIN)
    assert {name: len(value) for name, value in browser.cookies().items()} == sizes
    assert len(rows(trusting, "SELECT purpose FROM ceremonies")) == 5


def test_five_tabs_may_be_away_at_once(
    browser: Browser, provider: Provider, clock: TimeMachineFixture
) -> None:
    away = []
    for _ in range(6):
        clock.shift(1)
        away.append((leave(browser), provider.asked))
    seen = []
    for answer, provider.asked in away:
        seen.append(browser.get(answer).location)
    assert seen == [None, *["/"] * 5]


def test_the_cookie_that_binds_is_for_this_host_and_no_script(browser: Browser) -> None:
    (cookie,) = [one for one in set_cookies(browser.post(LOGIN)) if one.name == CEREMONY]
    assert {"secure", "httponly"} <= cookie.attributes.keys()
    assert cookie.attributes["samesite"] == "Lax"
    assert cookie.attributes["path"] == "/"
    assert "domain" not in cookie.attributes


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_the_way_on_is_on_this_site(browser: Browser, target: str) -> None:
    assert arrive(browser, next=target).location == "/"


def test_a_provider_that_is_not_set_up_has_no_page(ana: Browser) -> None:
    for path in (
        "/auth/with/x",
        f"{CONNECTIONS}/x",
        "/auth/confirm/with/x",
        "/auth/with/x/callback",
    ):
        arrive(ana, CONFIRM)
        assert ana.post(path).status_code in ({404} if "callback" not in path else {200})
    assert ana.get("/auth/with/x/callback?state=login.00").status_code == 404
