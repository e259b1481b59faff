"""Give Ana the role, and make an account for her to look after."""

import pytest
from flask import Flask

from ...support.accounts import add_user
from ...support.cli import run
from ...support.http import EMAIL, Browser
from ...support.mail import letters

BOB = "bob@example.com"


@pytest.fixture
def admin(app: Flask, client: Browser, user: str) -> Browser:
    """Return a browser in which Ana is signed in, an administrator."""
    assert run(app, "role", EMAIL, "admin").exit_code == 0
    letters(app)
    client.login()
    return client


@pytest.fixture
def bob(app: Flask) -> Browser:
    """Return a browser in which Bob is signed in, without a role."""
    with app.app_context():
        add_user(BOB, name="Bob")
    browser = Browser(app)
    browser.login(BOB)
    return browser
