"""An address joins no two accounts: not an attacker's, and not the user's own."""

from collections.abc import Callable

import pytest
from flask import Flask

from my_flask_app.account.social import store

from ....account.social.provider import ANA, Provider
from ....support.accounts import add_user
from ....support.http import EMAIL, PASSWORD, Browser
from ....support.mail import ask_for_link, letters
from ....support.sql import rows
from .trips import BOB, CONFIRM, CONNECT, CONNECTIONS, arrive, before, connections, emails, flashed

FINISH = "/auth/register/finish"
FORM = {"name": "Thief", "password": PASSWORD}
TAKEN = "There is an account with the address of your account at Acme."


@pytest.mark.parametrize(
    "email", [EMAIL, "ANA@EXAMPLE.COM", " ana@example.com ", "Ana@Example.com"]
)
def test_the_account_that_has_the_address_is_not_joined(
    trusting: Flask, browser: Browser, provider: Provider, user: str, email: str
) -> None:
    """An attacker who runs the provider, or lied to it, would take it over."""
    provider.claims["email"] = email
    assert arrive(browser).location == "/auth/login"
    assert TAKEN in flashed(browser)
    assert not browser.is_signed_in()
    assert (emails(trusting), connections(trusting)) == ([EMAIL], [])
    assert Browser(trusting).login().status_code == 303


def test_the_account_of_a_thief_who_came_first_is_not_joined(
    trusting: Flask, browser: Browser
) -> None:
    """The thief knows its password, and would wait for the victim (pre-hijacking)."""
    with trusting.app_context():
        add_user(EMAIL, name="Thief")
    arrive(browser)
    assert not browser.is_signed_in()
    assert connections(trusting) == []


@pytest.mark.parametrize("opened", [True, False])
def test_a_registration_link_dies_when_the_address_gets_an_account(
    trusting: Flask, browser: Browser, opened: bool
) -> None:
    other = Browser(trusting)
    link = ask_for_link(other, "/auth/register", EMAIL)
    if opened:
        other.get(link)
    arrive(browser)
    other.get(link)
    assert other.post(FINISH, data=FORM).status_code == 410
    assert rows(trusting, "SELECT name, password_hash FROM users") == [
        {"name": "Ana", "password_hash": None}
    ]
    assert rows(trusting, "SELECT id FROM links") == []


def test_a_registration_mail_that_is_not_sent_yet_opens_nothing(
    trusting: Flask, browser: Browser
) -> None:
    """Its link is made when it is sent."""
    other = Browser(trusting)
    other.post("/auth/register", data={"email": EMAIL})
    arrive(browser)
    (letter,) = letters(trusting)
    assert "/auth/register/" not in letter.get_content()
    assert rows(trusting, "SELECT id FROM links WHERE purpose = 'register'") == []


def finish_registration(app: Flask) -> Callable[[], None]:
    other = Browser(app)
    other.get(ask_for_link(other, "/auth/register", EMAIL))

    def finish() -> None:
        assert other.post(FINISH, data=FORM).status_code == 303

    return finish


def test_a_registration_that_ends_during_the_trip_is_not_joined(
    trusting: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(monkeypatch, store, "use", finish_registration(trusting))
    arrive(browser)
    assert TAKEN in flashed(browser)
    assert not browser.is_signed_in()
    assert connections(trusting) == []


def test_the_identity_is_the_number_and_not_the_address(
    trusting: Flask, browser: Browser, provider: Provider
) -> None:
    """An address may get another owner at the provider (ASVS 6.8.1)."""
    arrive(browser)
    provider.claims["sub"] = "2002"
    other = Browser(trusting)
    arrive(other)
    assert not other.is_signed_in()
    assert connections(trusting) == [ANA["sub"]]


@pytest.mark.parametrize("subject", ["1001 ", " 1001", "01001", "1001\n", "1001/", "１００１"])
def test_subjects_are_compared_to_the_letter(
    trusting: Flask, ana: Browser, provider: Provider, subject: str
) -> None:
    provider.claims = {**BOB, "sub": subject}
    other = Browser(trusting)
    arrive(other)
    assert other.name() == "Bob"


def test_subjects_differ_by_case(trusting: Flask, browser: Browser, provider: Provider) -> None:
    provider.claims["sub"] = "abc"
    arrive(browser)
    provider.claims = {**BOB, "sub": "ABC"}
    other = Browser(trusting)
    arrive(other)
    assert other.name() == "Bob"


def test_an_account_at_a_provider_is_connected_once(
    trusting: Flask, ana: Browser, provider: Provider
) -> None:
    """Otherwise an attacker who connects it would decide where its owner logs in."""
    provider.claims = dict(BOB)
    bob = Browser(trusting)
    arrive(bob)
    arrive(bob, CONFIRM)
    provider.claims = dict(ANA)
    assert arrive(bob, CONNECT).location == CONNECTIONS
    assert "This account is connected already" in flashed(bob, CONNECTIONS)
    mine = "SELECT email, subject FROM social_connections JOIN users ON users.id = user_id"
    assert [
        (row["email"], row["subject"]) for row in rows(trusting, f"{mine} ORDER BY subject")
    ] == [
        (EMAIL, ANA["sub"]),
        ("bob@example.com", BOB["sub"]),
    ]


def test_an_account_and_its_connection_are_made_together(
    trusting: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the connection nobody could log in."""
    monkeypatch.setattr(store, "add", lambda *given: False)
    arrive(browser)
    assert emails(trusting) == []
    assert rows(trusting, "SELECT id FROM events WHERE kind = 'registered'") == []


def test_another_user_disconnects_nothing_of_mine(
    trusting: Flask, ana: Browser, provider: Provider
) -> None:
    provider.claims = dict(BOB)
    bob = Browser(trusting)
    arrive(bob)
    arrive(bob, CONFIRM)
    arrive(bob, CONNECT)
    (mine,) = rows(trusting, "SELECT public_id FROM social_connections WHERE subject = '1001'")
    provider.claims = {**BOB, "sub": "1003"}
    arrive(bob, CONNECT)
    assert bob.post(f"{CONNECTIONS}/{mine['public_id']}/remove").status_code == 404
    assert connections(trusting) == [ANA["sub"], BOB["sub"], "1003"]
