"""An invitation creates one account, while registration is closed, with the role it names."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth import accounts
from {{ cookiecutter.project_slug }}.core import mail
from {{ cookiecutter.project_slug }}.core.db import db
from {{ cookiecutter.project_slug }}.core.environ import MailServer

from ...conftest import MakeApp
from ...support.cli import run, said
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.mail import letters, link_in
from ...support.sql import everything_stored, rows
from .conftest import BOB

PAGE = "/admin/invite"
FINISH = "/auth/invitation"
FORM = {"name": "Bob", "password": PASSWORD}


@pytest.fixture
def closed(configure: MakeApp) -> Flask:
    """Return an app in which visitors cannot register."""
    return configure(registration_open=False)


def invite(admin: Browser, role: str = "") -> str:
    """Invite Bob on the page; return the link of the mail."""
    assert admin.post(PAGE, data={"email": BOB, "role": role}).status_code == 303
    (letter,) = letters(admin.application)
    assert letter["To"] == BOB
    return link_in(letter)


def accept(app: Flask, link: str) -> int:
    """Open a link and send the form; return its status."""
    browser = Browser(app)
    browser.get(link)
    return browser.post(FINISH, data=FORM).status_code


def role(app: Flask) -> list[object]:
    owned = "SELECT role FROM roles JOIN users ON users.id = user_id WHERE email = :email"
    found = rows(app, owned, email=BOB)
    return [row["role"] for row in found]


def test_an_invited_user_registers_where_registration_is_closed(
    app: Flask, closed: Flask, admin: Browser
) -> None:
    link = invite(admin)
    browser = Browser(closed)
    assert browser.get("/auth/register").status_code == 403
    opened = browser.get(link)
    assert (opened.status_code, opened.location) == (303, FINISH)
    assert BOB in browser.get(FINISH).text
    assert browser.post(FINISH, data=FORM).location == browser.home
    assert browser.name() == "Bob"
    assert role(app) == []
    assert browser.get("/admin/").status_code == 403


def test_an_invitation_gives_the_role_that_it_names(app: Flask, admin: Browser) -> None:
    link = invite(admin, "admin")
    assert "admin" not in link
    browser = Browser(app)
    browser.get(link)
    browser.post(FINISH, data=FORM)
    assert role(app) == ["admin"]
    assert browser.get("/admin/").status_code == 200


def test_the_last_invitation_says_the_role(app: Flask, admin: Browser) -> None:
    first = invite(admin, "admin")
    invite(admin)
    assert accept(app, first) == 303
    assert role(app) == []


def test_an_invitation_works_once(app: Flask, admin: Browser) -> None:
    link, second = invite(admin, "admin"), invite(admin, "admin")
    assert accept(app, link) == 303
    with app.app_context():
        owner = accounts.find(BOB)
        assert owner is not None
        assert accounts.delete(owner)
        db.session.commit()
    for used in (link, second):
        refused = Browser(app).get(used)
        assert refused.status_code == 410
        assert "has expired or was withdrawn" in refused.text
        assert accept(app, used) == 410


@pytest.mark.parametrize(("days", "status"), [(6.9, 303), (7, 410)])
def test_an_invitation_expires_after_seven_days(
    app: Flask, admin: Browser, clock: TimeMachineFixture, days: float, status: int
) -> None:
    link = invite(admin)
    clock.shift(timedelta(days=days))
    assert accept(app, link) == status


def test_a_link_to_register_accepts_no_invitation(app: Flask, admin: Browser) -> None:
    invite(admin, "admin")
    browser = Browser(app)
    browser.post("/auth/register", data={"email": BOB})
    (letter,) = letters(app)
    browser.get(link_in(letter))
    assert browser.post(FINISH, data=FORM).status_code == 410
    assert browser.post("/auth/register/finish", data=FORM).status_code == 303
    assert role(app) == []


@pytest.mark.parametrize("fall", ["role", "disable", "delete"])
def test_an_invitation_does_not_outlast_its_administrator(
    app: Flask, admin: Browser, fall: str
) -> None:
    """A thief at an administrator's session could have invited accomplices."""
    link = invite(admin, "admin")
    run(app, fall, EMAIL, *["none"] * (fall == "role"))
    assert accept(app, link) == 410
    assert not rows(app, "SELECT * FROM users WHERE email = :email", email=BOB)


def test_an_administrator_withdraws_an_invitation(
    app: Flask, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "why_not_here", lambda: None)
    link = invite(admin, "admin")
    run(app, "invite", "eve@example.com")
    page = admin.get(PAGE).text
    assert f"Invited by: {EMAIL}" in page
    assert "Role: Administrator" in page
    assert "Invited by: the people who run this site" in page
    assert admin.post(f"{PAGE}/withdraw", data={"email": BOB}).location == PAGE
    page = admin.get(PAGE).text
    assert BOB not in page
    assert "eve@example.com" in page
    assert accept(app, link) == 410
    assert admin.post(f"{PAGE}/withdraw", data={"email": BOB}).status_code == 404
    (event,) = rows(app, "SELECT * FROM events WHERE kind = 'invitation_withdrawn'")
    assert BOB not in str(event)


def test_an_invitation_that_is_withdrawn_at_once_is_not_mailed(app: Flask, admin: Browser) -> None:
    admin.post(PAGE, data={"email": BOB})
    admin.post(f"{PAGE}/withdraw", data={"email": BOB})
    assert not letters(app)


def test_an_expired_invitation_is_not_listed(
    app: Flask, admin: Browser, clock: TimeMachineFixture
) -> None:
    invite(admin)
    clock.shift(timedelta(days=7))
    admin.login()
    assert BOB not in admin.get(PAGE).text


def test_the_database_stores_no_token_of_an_invitation(app: Flask, admin: Browser) -> None:
    token = invite(admin).rpartition("/")[2].encode()
    assert token not in everything_stored(app)


def test_inviting_and_withdrawing_require_a_recent_password(
    app: Flask, admin: Browser, clock: TimeMachineFixture
) -> None:
    clock.shift(600)
    for page in (PAGE, f"{PAGE}/withdraw"):
        asked = admin.post(page, data={"email": BOB})
        assert asked.location.startswith("/auth/confirm")
    assert not letters(app)


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"email": EMAIL}, "already has an account"),
        ({"email": "bob"}, "not an e-mail address"),
        ({"email": BOB, "role": "root"}, "choose one of these"),
    ],
)
def test_what_cannot_be_invited_is_refused(
    app: Flask, admin: Browser, form: dict[str, str], reason: str
) -> None:
    refused = admin.post(PAGE, data=form)
    assert refused.status_code == 422
    assert reason in refused.text
    assert not letters(app)


def test_an_operator_invites(app: Flask, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "why_not_here", lambda: None)
    done = run(app, "invite", BOB, "--role", "admin")
    assert done.output.endswith(f"An invitation went to {BOB}; it works for 7 days.\n")
    assert said(run(app, "invite", EMAIL)) == f"{EMAIL} already has an account."
    assert rows(app, "SELECT email, role, invited_by FROM invitations") == [
        {"email": BOB, "role": "admin", "invited_by": None}
    ]


def test_without_a_mail_server_nobody_is_invited(configure: MakeApp, admin: Browser) -> None:
    app = configure(mail_server=MailServer("none"))
    assert said(run(app, "invite", BOB)) == "MAIL_URL names no mail server to send by."
    other = Browser(app)
    other.keep(admin.jar())
    assert other.get(PAGE).status_code == 403
    assert PAGE not in other.get("/admin/").text
