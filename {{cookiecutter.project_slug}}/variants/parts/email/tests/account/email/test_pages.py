"""The pages tell nobody who has an account, and speak the reader's language."""

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.account.email.changes import SETTLED_AFTER
from {{ cookiecutter.project_slug }}.core.db import now

from ...browser import EMAIL, Browser
from ...inside import everything_stored
from ...letters import letters, link_in
from ...people import add_user, change_user
from ...reading import asking, assert_in_portuguese, language_of, needs_portuguese, words_of
from ...set_cookies import set_cookies
from ...statements import statements
from .changing import BOB, END, FINISH, NEW, START, UNDO, change_address, open_link_to, undo
from .conftest import Device

NOBODY = "nobody@example.com"
DISABLED = "off@example.com"


@pytest.fixture(autouse=True)
def accounts(app: Flask, user: str) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
        add_user(DISABLED, name="Off")
        change_user(DISABLED, disabled_at=now())


def ask(client: Browser, email: str) -> tuple[int, str, list[str], list[str]]:
    """Return what can be told from outside: status, text, cookies; and the work done."""
    client.post(START, data={"email": email})
    with statements(client.application) as run:
        answer = client.post(START, data={"email": email})
    lines = [cookie.line for cookie in set_cookies(answer)]
    return answer.status_code, answer.text.replace(email, "ADDRESS"), lines, run


def test_every_address_gets_the_same_answer_by_the_same_work(app: Flask) -> None:
    client = Browser(app)
    client.login()
    free, *others = (ask(client, email) for email in (NOBODY, BOB, DISABLED, EMAIL))
    assert free[3]
    assert all(other == free for other in others)


@pytest.mark.parametrize("email", [BOB, DISABLED, EMAIL])
def test_who_has_the_address_already_is_told_by_mail(app: Flask, email: str) -> None:
    client = Browser(app)
    client.login()
    client.post(START, data={"email": email})
    (letter,) = letters(app)
    assert letter["To"] == email
    assert "already" in letter["Subject"]
    assert link_in(letter) == "/auth/login"
    assert b"email_change" not in everything_stored(app)


@needs_portuguese
def test_every_page_and_every_mail_is_translated(app: Flask, user: str) -> None:
    with app.app_context():
        change_user(user, language="pt_BR")
        # Who has an address already is told in their own language.
        change_user(BOB, language="pt_BR")
    reader, visitor = asking(app, "pt-BR"), asking(app, "pt-BR")
    reader.login()
    pages = [reader.get(START), reader.post(START, data={"email": "nobody"})]
    pages.append(reader.post(START, data={"email": BOB}))
    mails = letters(app)
    open_link_to(reader, NOBODY)
    pages.append(reader.get(FINISH))
    with app.app_context():
        add_user(NOBODY, name="Nobody")
    pages.append(reader.post(FINISH))
    link = change_address(reader, NEW)
    pages.append(reader.get("/account/"))
    pages.append(visitor.get(f"{START}/undo/x"))
    visitor.get(link)
    pages.append(visitor.get(UNDO))
    assert undo(visitor, link) == 303
    pages.append(visitor.get("/auth/login"))
    pages.append(reader.get("/auth/login"))
    mails += letters(app)
    for page in pages:
        assert language_of(page) == "pt_BR"
        assert_in_portuguese(words_of(page))
    assert len(mails) == 3
    for mail in mails:
        assert_in_portuguese(f"{mail['Subject']}\n{mail.get_content()}")


@needs_portuguese
def test_so_is_what_ends_the_way_back(app: Flask, user: str, device: Device) -> None:
    with app.app_context():
        change_user(user, language="pt_BR")
    device.since = now() - SETTLED_AFTER
    reader = asking(app, "pt-BR")
    reader.login()
    change_address(reader, NEW)
    pages = [reader.get(START)]
    assert reader.post(END).status_code == 303
    pages += [reader.get(START), reader.post(END)]
    for page in pages:
        assert language_of(page) == "pt_BR"
        assert_in_portuguese(words_of(page))
    (mail,) = letters(app)
    assert_in_portuguese(f"{mail['Subject']}\n{mail.get_content()}")
