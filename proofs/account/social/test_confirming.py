"""A user without a password confirms by a provider that has just asked again, and by no other."""

from collections.abc import Callable
from math import nan
from time import time

import pytest
from flask import Flask
from sqlalchemy import select
from time_machine import TimeMachineFixture

from my_flask_app.account.social.store import Connection
from my_flask_app.core.db import db

from ....account.social.provider import ANA, Provider, visit
from ....support.accounts import change_user, copy_of
from ....support.html import words_of
from ....support.http import EMAIL, Browser
from ....support.mail import letters
from ....support.sql import rows
from .conftest import Configure
from .trips import (
    BOB,
    CONFIRM,
    CONNECT,
    CONNECTIONS,
    FAILED,
    LOGIN,
    arrive,
    connections,
    events,
    flashed,
    leave,
)

PAGE = "/auth/confirm"


def is_confirmed(browser: Browser) -> bool:
    """Ask for what only a recent proof opens."""
    return browser.post(CONNECT).status_code == 200


def test_the_provider_is_told_to_ask_again(ana: Browser, provider: Provider) -> None:
    assert not is_confirmed(ana)
    old = copy_of(ana)
    done = arrive(ana, CONFIRM, next=CONNECTIONS)
    assert provider.asked["max_age"] == "0"
    assert (done.status_code, done.location) == (303, CONNECTIONS)
    assert is_confirmed(ana)
    assert not is_confirmed(old)
    assert events(ana.application, "confirmed") == 1


@pytest.mark.parametrize(
    "when",
    [
        lambda: int(time()) - 120,
        lambda: int(time()) + 120,
        lambda: None,
        lambda: 0,
        lambda: -1,
        lambda: False,
        lambda: "",
        list,
        lambda: nan,
    ],
    ids=["old", "in the future", "absent", "zero", "below", "false", "empty", "a list", "nan"],
)
def test_no_time_but_a_fresh_one_confirms(
    ana: Browser, provider: Provider, when: Callable[[], object]
) -> None:
    """A thief at an open browser would only have to click: the owner is signed in there too."""
    provider.token["auth_time"] = when()
    done = arrive(ana, CONFIRM)
    assert (done.status_code, done.location) == (303, PAGE)
    assert FAILED in flashed(ana, PAGE)
    assert not is_confirmed(ana)
    assert events(ana.application, "social_failed") == 1


def test_the_time_counts_from_when_the_user_left(
    ana: Browser, provider: Provider, clock: TimeMachineFixture
) -> None:
    answer = leave(ana, CONFIRM)
    provider.token["auth_time"] = int(time())
    clock.shift(9 * 60)
    ana.get(answer)
    assert is_confirmed(ana)


def test_no_other_subject_confirms(ana: Browser, trusting: Flask, provider: Provider) -> None:
    """A thief at an open browser signs in there with an account of their own."""
    provider.claims = dict(BOB)
    arrive(ana, CONFIRM)
    assert not is_confirmed(ana)
    # Nor if that account is connected with another one here.
    arrive(Browser(trusting))
    arrive(ana, CONFIRM)
    assert not is_confirmed(ana)
    assert ana.name() == "Ana"


def test_the_same_subject_at_another_provider_confirms_nothing(
    trust: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Subjects are unique at one issuer only (ASVS 6.8.1)."""
    app = trust("acme")
    browser = Browser(app)
    arrive(browser)
    with app.app_context():
        db.session.scalars(select(Connection)).one().issuer = "https://other.example"
        db.session.commit()
    assert CONFIRM not in browser.get(PAGE).text
    assert browser.post(CONFIRM).status_code == 422
    other = Browser(app)
    arrive(other)
    assert not other.is_signed_in()


def test_an_account_with_a_password_confirms_by_it(
    trusting: Flask, user: str, provider: Provider
) -> None:
    """A thief who signs in at the provider must not get past the password."""
    browser = Browser(trusting)
    browser.login()
    assert arrive(browser, CONNECT).location == CONNECTIONS
    assert connections(trusting) == [ANA["sub"]]
    assert CONFIRM not in browser.get(PAGE).text
    assert browser.post(CONFIRM).status_code == 422


def test_a_password_chosen_during_the_trip_is_asked_for(ana: Browser, trusting: Flask) -> None:
    answer = leave(ana, CONFIRM)
    with trusting.app_context():
        change_user(EMAIL, password_hash="x")
    ana.get(answer)
    assert not is_confirmed(ana)


def test_wrong_passwords_say_nothing_about_an_account_without_one(
    ana: Browser, trusting: Flask
) -> None:
    pages = [
        words_of(Browser(trusting).login(email, "wrong, quite wrong"))
        for email in (EMAIL, "nobody@example.com")
    ]
    assert pages[0] == pages[1]
    for given in ("", "None", "null"):
        assert Browser(trusting).login(password=given).status_code == 422


def test_changes_are_told_by_mail(ana: Browser, trusting: Flask, provider: Provider) -> None:
    letters(trusting)
    arrive(ana, CONFIRM)
    provider.claims = dict(BOB)
    arrive(ana, CONNECT)
    (letter,) = letters(trusting)
    assert letter["To"] == EMAIL
    assert "Acme" in letter.get_content()
    (mine,) = rows(trusting, "SELECT public_id FROM social_connections WHERE subject = '1001'")
    assert ana.post(f"{CONNECTIONS}/{mine['public_id']}/remove").status_code == 303
    (letter,) = letters(trusting)
    assert letter["To"] == EMAIL
    assert connections(trusting) == [BOB["sub"]]
    assert visit(ana.post(LOGIN))
