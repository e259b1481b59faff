"""An attacker who plants or keeps an old token gains nothing from a later login."""

import pytest
from flask import Flask

from ...support.accounts import add_user
from ...support.http import Browser
from ...support.mail import open_link


@pytest.fixture
def attacker(app: Flask) -> Browser:
    return Browser(app)


def test_a_visitors_planted_session_is_worthless_after_login(
    client: Browser, attacker: Browser, user: str
) -> None:
    open_link(attacker)
    planted = attacker.jar()
    assert planted
    client.keep(planted)
    client.login()
    assert client.is_signed_in()
    assert not set(planted.values()) & set(client.jar().values())
    assert not attacker.is_signed_in()


def test_a_planted_login_ends_when_its_victim_logs_in(
    app: Flask, client: Browser, attacker: Browser, user: str
) -> None:
    with app.app_context():
        add_user("mallory@example.com", name="Mallory")
    attacker.login("mallory@example.com")
    client.keep(attacker.jar())
    assert client.name() == "Mallory"
    client.login()
    assert client.name() == "Ana"
    assert not attacker.is_signed_in()


def test_a_token_from_before_a_login_is_dead_after_it(
    client: Browser, attacker: Browser, user: str
) -> None:
    client.login()
    attacker.keep(client.jar())
    assert attacker.is_signed_in()
    client.login(remember="y")
    assert not attacker.is_signed_in()
    assert client.is_signed_in()
