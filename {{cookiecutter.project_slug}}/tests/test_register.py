"""Register: an address, a mail, a link, and only then an account."""

from typing import Any

import pytest
from email_validator import ValidatedEmail, validate_email
from flask import Flask

from {{ cookiecutter.project_slug }}.core import addresses
from {{ cookiecutter.project_slug }}.core.environ import MailServer
from {{ cookiecutter.project_slug }}.models import EMAIL_MAX_LENGTH

from .browser import PASSWORD, Browser
from .conftest import MakeApp
from .inside import rows
from .letters import ask_for_link, letters, link_in
from .people import add_user
from .set_cookies import session_cookies, set_cookies

START = "/auth/register"
FINISH = "/auth/register/finish"
BOB = "bob@example.com"
FORM = {"name": "Bob", "password": PASSWORD}
PAGE_SYNTAX = "{" * 2 + " 7 * 7 " + "}" * 2
NO_ADDRESSES = [
    "",
    " ",
    "bob",
    "bob@",
    "@example.com",
    "bob@example@com",
    "bob bob@example.com",
    "bob@example.com\r\nBcc: eve@example.com",
    "bob@example.com, eve@example.com",
    "Bob <bob@example.com>",
    "b\N{LATIN SMALL LETTER O WITH DIAERESIS}b@example.com",
    f"bob@{'a.' * 130}com",
    "b" * 5000,
    "bob@example.com\x00",
]


def accounts(app: Flask) -> list[dict[str, object]]:
    return rows(app, "SELECT email, name, language FROM users ORDER BY email")


def test_registering_takes_an_address_a_link_a_name_and_a_password(
    app: Flask, client: Browser
) -> None:
    assert client.get(START).status_code == 200
    link = ask_for_link(client, START, BOB)
    opened = client.get(link)
    assert (opened.status_code, opened.location) == (303, FINISH)
    assert BOB in client.get(FINISH).text
    assert not accounts(app)
    done = client.post(FINISH, data=FORM)
    assert (done.status_code, done.location) == (303, "/")
    assert "Your account is ready." in client.get("/").text
    assert "Your account is ready." not in client.get("/").text
    assert client.name() == "Bob"
    assert accounts(app) == [{"email": BOB, "name": "Bob", "language": "en"}]
    client.logout()
    client.login(BOB)
    assert client.is_signed_in()


def test_an_address_is_kept_as_others_would_spell_it(client: Browser) -> None:
    client.post(START, data={"email": " Bob@EXAMPLE.com "})
    (letter,) = letters(client.application)
    assert letter["To"] == BOB


def test_what_is_no_address_gets_no_mail(client: Browser) -> None:
    for email in NO_ADDRESSES:
        answer = client.post(START, data={"email": email})
        assert answer.status_code == 422, email
    assert not letters(client.application)


def test_a_long_address_is_cut_before_it_is_looked_at(
    client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the patterns that look at it: they cannot be kept busy."""
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
    # The link is not used up by a mistake.
    assert client.post(FINISH, data=FORM).status_code == 303


def test_a_name_is_shown_as_text(client: Browser) -> None:
    client.get(ask_for_link(client, START, BOB))
    client.post(FINISH, data={**FORM, "name": f" <b>Bob</b> {PAGE_SYNTAX} "})
    page = client.get("/").text
    assert f"&lt;b&gt;Bob&lt;/b&gt; {PAGE_SYNTAX}" in page
    assert "<b>" not in page


def test_a_weak_password_is_refused_beside_its_field(app: Flask, client: Browser) -> None:
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


def test_registering_ends_whatever_session_the_browser_had(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    before = client.jar()
    client.get(ask_for_link(client, START, BOB))
    client.post(FINISH, data=FORM)
    assert client.name() == "Bob"
    earlier = Browser(app)
    earlier.keep(before)
    assert not earlier.is_signed_in()


def test_who_registers_is_signed_in_until_the_browser_is_closed(client: Browser) -> None:
    client.get(ask_for_link(client, START, BOB))
    answer = client.post(FINISH, data=FORM)
    cookies = [one for one in session_cookies(answer) if not one.deletes]
    assert cookies
    for cookie in cookies:
        assert not {"max-age", "expires"} & cookie.attributes.keys(), cookie.line


def test_no_cookie_on_the_way_tells_who_registers(client: Browser) -> None:
    link = ask_for_link(client, START, BOB)
    form = {**FORM, "name": "Bobadilla"}
    for answer in (client.get(link), client.post(FINISH, data=form)):
        for cookie in set_cookies(answer):
            assert b"bob@" not in cookie.readable
            assert b"Bobadilla" not in cookie.readable


def test_who_has_an_account_is_told_so_by_mail_alone(
    app: Flask, client: Browser, user: str
) -> None:
    client.post(START, data={"email": user})
    (letter,) = letters(app)
    assert letter["To"] == user
    assert link_in(letter) == "/auth/reset"
    assert len(accounts(app)) == 1


def test_an_address_that_was_taken_meanwhile_stays_with_its_owner(
    app: Flask, client: Browser
) -> None:
    client.get(ask_for_link(client, START, BOB))
    with app.app_context():
        add_user(BOB, name="Robert", password="another pass of four words")
    assert client.post(FINISH, data=FORM).status_code == 410
    assert not client.is_signed_in()
    assert [account["name"] for account in accounts(app)] == ["Robert"]


@pytest.mark.parametrize(
    "closed", [{"registration_open": False}, {"mail_server": MailServer("none")}]
)
def test_closed_registration_says_so_on_every_page_of_it(
    client: Browser, configure: MakeApp, closed: dict[str, object]
) -> None:
    client.get(ask_for_link(client, START, BOB))
    shut = Browser(configure(**closed))
    shut.keep(client.jar())
    assert START not in shut.get("/").text
    for answer in (
        shut.get(START),
        shut.post(START, data={"email": BOB}),
        shut.get(f"{START}/x"),
        shut.get(FINISH),
        shut.post(FINISH, data=FORM),
    ):
        assert answer.status_code == 403
        assert "New accounts are made by" in answer.text
    assert not accounts(client.application)
