"""A visitor registers by address, mail and link; the account is created last."""

from typing import Any

import pytest
from email_validator import ValidatedEmail, validate_email
from flask import Flask

from my_flask_app.core import addresses
from my_flask_app.models import EMAIL_MAX_LENGTH

from ...support.http import PASSWORD, Browser, set_cookies
from ...support.mail import ask_for_link, letters
from ...support.sql import rows

START = "/auth/register"
FINISH = "/auth/register/finish"
BOB = "bob@example.com"
FORM = {"name": "Bob", "password": PASSWORD}
PAGE_SYNTAX = "{" * 2 + " 7 * 7 " + "}" * 2


def accounts(app: Flask) -> list[dict[str, object]]:
    return rows(app, "SELECT email, name, language FROM users ORDER BY email")


def test_an_address_is_kept_as_others_would_spell_it(client: Browser) -> None:
    client.post(START, data={"email": " Bob@EXAMPLE.com "})
    (letter,) = letters(client.application)
    assert letter["To"] == BOB


def test_a_long_address_is_cut_before_it_is_looked_at(
    client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no pattern takes long to match it."""
    looked_at: list[int] = []

    def look(text: str, **options: Any) -> ValidatedEmail:
        looked_at.append(len(text))
        return validate_email(text, **options)

    monkeypatch.setattr(addresses, "validate_email", look)
    answer = client.post(START, data={"email": f"bob@{'a.' * 30_000}com"})
    assert answer.status_code == 422
    assert looked_at == [EMAIL_MAX_LENGTH + 1]


def test_a_name_needs_ordinary_characters(app: Flask, client: Browser) -> None:
    client.get(ask_for_link(client, START, BOB))
    for name in ("", "   ", "x" * 101, "Bob\x00", "Bob\nBob", "\u202ebob"):
        refused = client.post(FINISH, data={**FORM, "name": name})
        assert refused.status_code == 422, name
    assert not accounts(app)
    # A mistake does not use the link up.
    assert client.post(FINISH, data=FORM).status_code == 303


def test_a_name_is_shown_as_text(client: Browser) -> None:
    client.get(ask_for_link(client, START, BOB))
    client.post(FINISH, data={**FORM, "name": f" <b>Bob</b> {PAGE_SYNTAX} "})
    page = client.get("/").text
    assert f"&lt;b&gt;Bob&lt;/b&gt; {PAGE_SYNTAX}" in page
    assert "<b>" not in page


def test_a_weak_password_is_refused_next_to_its_field(app: Flask, client: Browser) -> None:
    client.get(ask_for_link(client, START, BOB))
    refused = client.post(FINISH, data={**FORM, "password": "bob@example.com"})
    assert refused.status_code == 422
    assert 'id="password-error"' in refused.text
    assert not accounts(app)


def test_the_account_speaks_the_language_it_was_made_in(app: Flask, client: Browser) -> None:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "pt-BR"
    client.get(ask_for_link(client, START, BOB))
    client.post(FINISH, data=FORM)
    assert accounts(app) == [{"email": BOB, "name": "Bob", "language": "pt_BR"}]


def test_no_cookie_reveals_who_registers(client: Browser) -> None:
    link = ask_for_link(client, START, BOB)
    form = {**FORM, "name": "Bobadilla"}
    for answer in (client.get(link), client.post(FINISH, data=form)):
        for cookie in set_cookies(answer):
            assert b"bob@" not in cookie.readable
            assert b"Bobadilla" not in cookie.readable
