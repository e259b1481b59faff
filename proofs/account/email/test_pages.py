"""The pages do not reveal who has an account, and are in the user's language."""

import pytest
from flask import Flask

from my_flask_app.account.email.changes import SETTLED_AFTER
from my_flask_app.core.db import now

from ....account.email.conftest import (
    BOB,
    END,
    FINISH,
    NEW,
    START,
    UNDO,
    Device,
    change_address,
    open_link_to,
    undo,
)
from ....support.accounts import add_user, change_user
from ....support.html import asking, language_of, needs_portuguese, words_of
from ....support.mail import letters
from ...support.html import assert_in_portuguese

NOBODY = "nobody@example.com"
DISABLED = "off@example.com"


@pytest.fixture(autouse=True)
def accounts(app: Flask, user: str) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
        add_user(DISABLED, name="Off")
        change_user(DISABLED, disabled_at=now())


@needs_portuguese
def test_every_page_and_every_mail_is_translated(app: Flask, user: str) -> None:
    with app.app_context():
        change_user(user, language="pt_BR")
        # The owner of a taken address gets the mail in their own language.
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
def test_the_pages_that_make_a_change_final_are_translated(
    app: Flask, user: str, device: Device
) -> None:
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
