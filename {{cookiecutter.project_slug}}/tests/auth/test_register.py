"""A visitor registers by address, mail and link; the account is created last."""

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.core.environ import MailServer

from ..conftest import MakeApp
from ..support.accounts import add_user
from ..support.http import PASSWORD, Browser, session_cookies
from ..support.mail import ask_for_link, letters, link_in
from ..support.sql import rows

START = "/auth/register"
FINISH = "/auth/register/finish"
BOB = "bob@example.com"
FORM = {"name": "Bob", "password": PASSWORD}
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


def test_a_visitor_registers_by_a_mailed_link(app: Flask, client: Browser) -> None:
    assert client.get(START).status_code == 200
    link = ask_for_link(client, START, BOB)
    opened = client.get(link)
    assert (opened.status_code, opened.location) == (303, FINISH)
    assert BOB in client.get(FINISH).text
    assert not accounts(app)
    done = client.post(FINISH, data=FORM)
    assert (done.status_code, done.location) == (303, client.home)
    assert "Your account is ready." in client.get("/account/").text
    assert "Your account is ready." not in client.get("/account/").text
    assert client.name() == "Bob"
    assert accounts(app) == [{"email": BOB, "name": "Bob", "language": "en"}]
    client.logout()
    client.login(BOB)
    assert client.is_signed_in()


def test_an_invalid_address_gets_no_mail(client: Browser) -> None:
    for email in NO_ADDRESSES:
        answer = client.post(START, data={"email": email})
        assert answer.status_code == 422, email
    assert not letters(client.application)


def test_registering_ends_the_earlier_session_of_the_browser(
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


def test_a_new_user_is_signed_in_until_the_browser_is_closed(client: Browser) -> None:
    client.get(ask_for_link(client, START, BOB))
    answer = client.post(FINISH, data=FORM)
    cookies = [one for one in session_cookies(answer) if not one.deletes]
    assert cookies
    for cookie in cookies:
        assert not {"max-age", "expires"} & cookie.attributes.keys(), cookie.line


def test_a_registered_address_is_answered_only_by_mail(
    app: Flask, client: Browser, user: str
) -> None:
    client.post(START, data={"email": user})
    (letter,) = letters(app)
    assert letter["To"] == user
    assert link_in(letter) == "/auth/reset"
    assert len(accounts(app)) == 1


def test_an_address_registered_meanwhile_stays_with_its_account(
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
def test_every_registration_page_says_that_registration_is_closed(
    client: Browser, configure: MakeApp, closed: dict[str, object]
) -> None:
    client.get(ask_for_link(client, START, BOB))
    shut = Browser(configure(**closed))
    shut.keep(client.jar())
    assert START not in shut.get("/").text, (
        "the first page links to the registration though it is closed: ask can_register first."
    )
    for answer in (
        shut.get(START),
        shut.post(START, data={"email": BOB}),
        shut.get(f"{START}/x"),
        shut.get(FINISH),
        shut.post(FINISH, data=FORM),
    ):
        assert answer.status_code == 403
        assert "New accounts are created by" in answer.text
    assert not accounts(client.application)
