"""The password that deletes an account is accepted in either Unicode form, as at login."""

import unicodedata

import pytest
from flask import Flask

from ....support.accounts import add_user
from ....support.http import EMAIL, Browser
from ....support.sql import rows

TYPED = "cr\u00e8me br\u00fbl\u00e9e o\u00f9 est mon \u00e9t\u00e9"
APART = unicodedata.normalize("NFD", TYPED)


@pytest.mark.parametrize(("chosen", "typed"), [(TYPED, APART), (APART, TYPED)])
def test_deletion_accepts_the_password_in_either_unicode_form(
    app: Flask, client: Browser, chosen: str, typed: str
) -> None:
    with app.app_context():
        add_user(EMAIL, password=chosen)
    client.login(password=chosen)
    assert client.post("/account/delete", data={"password": f"{typed}e"}).status_code == 422
    assert client.post("/account/delete", data={"password": typed}).status_code == 303
    assert rows(app, "SELECT id FROM users") == []
