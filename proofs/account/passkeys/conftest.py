"""Give a user a device, as the part's own tests do."""

import pytest
from flask import Flask

from my_flask_app.core.environ import Rate

from ....account.passkeys.authenticator import Authenticator
from ....account.passkeys.test_login import passkey_of
from ....conftest import MakeApp
from ....support.http import EMAIL, Browser


@pytest.fixture
def phone(app: Flask, user: str) -> Authenticator:
    """Return a device with a passkey of Ana."""
    return passkey_of(app, EMAIL)


@pytest.fixture
def patient(configure: MakeApp, user: str) -> Browser:
    """Return Ana's browser in an app that takes any number of answers."""
    browser = Browser(configure(login_attempts_per_address=Rate(10_000, 900)))
    browser.login()
    return browser
