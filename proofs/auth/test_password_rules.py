"""A password needs length and must be hard to guess; no kinds of characters are required."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from my_flask_app.auth import passwords
from my_flask_app.core.environ import Rate

from ...conftest import MakeApp
from ...support.html import read
from ...support.http import PASSWORD, Browser
from ...support.mail import ask_for_link

LONG = "gravel lantern umbrella Tuesday mellow harbour violin granite seven otter kiwi"


@pytest.fixture
def client(configure: MakeApp, user: str) -> Browser:
    """Return a signed-in browser without a limit of attempts."""
    client = Browser(configure(login_attempts_per_account=Rate(1000, 900)))
    client.login()
    return client


def change(client: Browser, password: str, current: str = PASSWORD) -> int:
    form = {"current_password": current, "password": password}
    return client.post("/account/password", data=form).status_code


def test_passwords_that_many_have_are_refused(configure: MakeApp) -> None:
    """The 3,000 most common passwords that are long enough, which attackers try first."""
    least = 8
    with configure(password_min_length=least).app_context():
        common = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= least][:3000]
        assert len(common) == 3000
        for word in common[::10]:
            assert passwords.weakness(word, email="", name=""), word


@pytest.mark.parametrize(
    ("password", "variant"),
    [
        ("  gravel lantern umbrella  ", "gravel lantern umbrella"),
        ("gravel lantern umbrella", "gravel lantern umbrella "),
        ("Gravel Lantern Umbrella", "gravel lantern umbrella"),
        (LONG, LONG[:72]),
        (LONG, LONG[:-1]),
        # Only texts that look the same are equal: this is NFC, not NFKC.
        ("gravel \uff4cantern umbrella", "gravel lantern umbrella"),
        ("gravel\u00a0lantern umbrella", "gravel lantern umbrella"),
    ],
)
def test_every_byte_of_a_password_counts(client: Browser, password: str, variant: str) -> None:
    assert change(client, password) == 303
    assert client.login(password=variant).status_code == 422
    assert client.login(password=password).status_code == 303


def test_the_least_length_is_that_of_the_settings(configure: MakeApp, user: str) -> None:
    client = Browser(configure(password_min_length=30))
    client.login()
    page = client.get("/account/password").text
    assert "30 characters" in page
    assert change(client, "gravel lantern umbrella") == 422
    assert change(client, "gravel lantern umbrella violin") == 303


def test_password_managers_are_told_what_each_field_is_for(client: Browser, user: str) -> None:
    client.get(ask_for_link(client, "/auth/reset", user))
    found = {}
    for path in ("/auth/login", "/auth/confirm", "/account/password", "/auth/reset/finish"):
        visitor = Browser(client.application) if path == "/auth/login" else client
        tags = read(path, visitor.get(path).text).tags
        inputs = [attributes for name, attributes in tags if name == "input"]
        told = [one["autocomplete"] for one in inputs if "autocomplete" in one]
        # A part may add to it.
        found[path] = [text.removesuffix(" webauthn") for text in told]
        for one in inputs:
            # A user can paste a password, and it is not cut.
            assert not {"maxlength", "onpaste"} & one.keys(), path
            assert "readonly" not in one or one["type"] != "password", path
    assert found == {
        "/auth/login": ["username", "current-password"],
        "/auth/confirm": ["username", "current-password"],
        "/account/password": ["username", "current-password", "new-password"],
        "/auth/reset/finish": ["username", "new-password"],
    }
