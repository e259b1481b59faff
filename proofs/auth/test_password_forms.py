"""A password is the same in either Unicode form (RFC 8265: NFC)."""

import unicodedata

import pytest
from flask import Flask
from pytest import MonkeyPatch

from my_flask_app.auth import passwords

from ...support.accounts import add_user, watch_hashing
from ...support.http import EMAIL, Browser
from ...support.mail import ask_for_link, letters

TYPED = "cr\u00e8me br\u00fbl\u00e9e o\u00f9 est mon \u00e9t\u00e9"
APART = unicodedata.normalize("NFD", TYPED)
NEW = "gar\u00e7on ga\u0302teau noe\u0308l fo\u0302ret"
either = pytest.mark.parametrize(("chosen", "typed"), [(TYPED, APART), (APART, TYPED)])


@either
def test_a_user_logs_in_with_either_unicode_form(
    app: Flask, client: Browser, chosen: str, typed: str
) -> None:
    with app.app_context():
        add_user(EMAIL, password=chosen)
    assert client.login(password=typed).status_code == 303
    assert client.login(password=f"{typed}e").status_code == 422


@either
def test_every_page_takes_either_form(app: Flask, client: Browser, chosen: str, typed: str) -> None:
    client.get(ask_for_link(client, "/auth/register", EMAIL))
    form = {"name": "Ana", "password": chosen}
    assert client.post("/auth/register/finish", data=form).status_code == 303
    assert client.post("/auth/confirm", data={"password": typed}).status_code == 303
    form = {"current_password": typed, "password": NEW}
    assert client.post("/account/password", data=form).status_code == 303
    letters(app)
    client.get(ask_for_link(client, "/auth/reset", EMAIL))
    assert client.post("/auth/reset/finish", data={"password": chosen}).status_code == 303
    assert client.login(password=typed).status_code == 303


def test_a_password_is_rated_in_nfc(app: Flask) -> None:
    name = unicodedata.normalize("NFD", "\u00c9lo\u00efse \u00c9t\u00e9")
    with app.app_context():
        for form in ("NFC", "NFD"):
            for password in ("\u00c9lo\u00efse-\u00c9t\u00e9-2026!", "campe\u00e3o campe\u00e3o 1"):
                typed = unicodedata.normalize(form, password)
                named = unicodedata.normalize("NFC", name)
                assert passwords.weakness(typed, email=EMAIL, name=named), (form, password)


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
def test_login_tries_only_one_unicode_form(
    client: Browser, user: str, monkeypatch: MonkeyPatch, email: str
) -> None:
    """A second try with another form would reveal by its timing who has an account."""
    hashed: list[None] = []
    watch_hashing(monkeypatch, lambda: hashed.append(None))
    assert client.login(email, APART).status_code == 422
    assert len(hashed) == 1
