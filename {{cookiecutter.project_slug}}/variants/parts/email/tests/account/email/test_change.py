"""A signed-in user changes their address, and proves the new one by mail."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.auth.guards import is_public
from {{ cookiecutter.project_slug }}.core.db import now

from ...support.accounts import add_user, change_password, change_user, copy_of
from ...support.html import needs_portuguese
from ...support.http import EMAIL, PASSWORD, Browser, set_cookies
from ...support.mail import ask_for_link, letters, link_in
from ...support.sql import everything_stored, rows, statements
from .conftest import BOB, FINISH, NEW, START, open_link_to

NOBODY = "nobody@example.com"
DISABLED = "off@example.com"


def addresses(app: Flask) -> list[str]:
    return [row["email"] for row in rows(app, "SELECT email FROM users ORDER BY id")]


def test_a_new_address_replaces_the_old_one(ana: Browser) -> None:
    page = ana.get(START)
    assert page.status_code == 200
    assert 'autocomplete="email"' in page.text
    opened = ana.get(ask_for_link(ana, START, NEW))
    assert (opened.status_code, opened.location) == (303, FINISH)
    assert NEW in ana.get(FINISH).text
    assert addresses(ana.application) == [EMAIL]
    done = ana.post(FINISH)
    assert (done.status_code, done.location) == (303, "/account/")
    shown = ana.get("/account/").text
    assert "Your address was changed." in shown
    assert NEW in shown
    ana.logout()
    assert ana.login(EMAIL).status_code == 422
    assert ana.login(NEW).status_code == 303


def test_an_address_change_ends_other_sessions_and_rotates_this_one(
    app: Flask, ana: Browser
) -> None:
    elsewhere = Browser(app)
    elsewhere.login(remember="y")
    open_link_to(ana)
    stolen = copy_of(ana)
    ana.post(FINISH)
    assert ana.is_signed_in()
    assert not stolen.is_signed_in()
    assert not elsewhere.is_signed_in()


@needs_portuguese
def test_the_old_address_gets_a_notice_in_the_users_language(app: Flask, ana: Browser) -> None:
    open_link_to(ana)
    with app.app_context():
        change_user(EMAIL, language="pt_BR")
    ana.post(FINISH)
    (notice,) = letters(app)
    assert notice["To"] == EMAIL
    assert notice["Subject"].endswith("foi alterado")
    # Without the new address: the old mailbox may belong to a former employer.
    assert NEW not in notice.get_content()


@pytest.mark.parametrize("path", [START, FINISH])
def test_an_address_change_requires_a_recent_password(
    ana: Browser, clock: TimeMachineFixture, path: str
) -> None:
    open_link_to(ana)
    clock.shift(601)
    for method in ("GET", "POST"):
        asked = ana.open(path, method=method, data={"email": BOB})
        assert (asked.status_code, asked.location.partition("?")[0]) == (303, "/auth/confirm")
    assert not letters(ana.application)
    # The opened link is still valid afterwards.
    ana.post("/auth/confirm", data={"password": PASSWORD})
    assert ana.post(FINISH).status_code == 303


def test_another_user_cannot_use_a_misdirected_link(app: Flask, ana: Browser) -> None:
    link = open_link_to(ana, BOB)
    with app.app_context():
        add_user("stranger@example.com", name="Stranger")
    stranger = Browser(app)
    for path in (link, FINISH):
        assert stranger.get(path).location.startswith("/auth/login")
    stranger.login("stranger@example.com")
    stranger.get(link)
    assert stranger.get(FINISH).status_code == 410
    assert stranger.post(FINISH).status_code == 410
    assert addresses(app) == [EMAIL, "stranger@example.com"]
    assert ana.post(FINISH).status_code == 303


def test_a_password_change_revokes_the_address_link(ana: Browser) -> None:
    link = open_link_to(ana)
    assert change_password(ana) == 303
    assert ana.post(FINISH).status_code == 410
    assert ana.get(link).status_code == 410


def test_a_password_change_cancels_an_address_mail_not_written_yet(
    app: Flask, ana: Browser
) -> None:
    ana.post(START, data={"email": NEW})
    assert change_password(ana) == 303
    (notice,) = letters(app)
    assert notice["To"] == EMAIL


def test_only_the_undo_pages_are_public(app: Flask, client: Browser) -> None:
    with app.app_context():
        ours = {name for name in app.view_functions if name.startswith("email.")}
        assert {name for name in ours if is_public(name)} == {"email.open_undo", "email.undo"}
    for path in (START, f"{START}/x", FINISH):
        assert client.get(path).location.startswith("/auth/login")


@pytest.fixture
def accounts(app: Flask, user: str) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
        add_user(DISABLED, name="Off")
        change_user(DISABLED, disabled_at=now())


def ask(client: Browser, email: str) -> tuple[int, str, list[str], list[str]]:
    """Return what an attacker can see, status, text and cookies, and the work done."""
    client.post(START, data={"email": email})
    with statements(client.application) as run:
        answer = client.post(START, data={"email": email})
    lines = [cookie.line for cookie in set_cookies(answer)]
    return answer.status_code, answer.text.replace(email, "ADDRESS"), lines, run


def test_every_address_gets_the_same_answer_by_the_same_work(app: Flask, accounts: None) -> None:
    client = Browser(app)
    client.login()
    free, *others = (ask(client, email) for email in (NOBODY, BOB, DISABLED, EMAIL))
    assert free[3]
    assert all(other == free for other in others)


@pytest.mark.parametrize("email", [BOB, DISABLED, EMAIL])
def test_the_owner_of_a_taken_address_is_told_by_mail(
    app: Flask, accounts: None, email: str
) -> None:
    client = Browser(app)
    client.login()
    client.post(START, data={"email": email})
    (letter,) = letters(app)
    assert letter["To"] == email
    assert "already" in letter["Subject"]
    assert link_in(letter) == "/auth/login"
    assert b"email_change" not in everything_stored(app)
