"""The pages and mails of the second factor are completely translated into Portuguese."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from ....account.second_factor.phone import (
    ARRIVING,
    PAGE,
    RECOVERY_CODE,
    Phone,
    give_code,
    give_password,
    secret_on,
)
from ....conftest import MakeApp
from ....support.accounts import change_user
from ....support.html import asking, language_of, needs_portuguese, words_of
from ....support.http import EMAIL, Browser
from ....support.mail import letters
from ....support.sql import run_sql
from ...support.html import assert_in_portuguese

pytestmark = needs_portuguese


@pytest.fixture
def reader(app: Flask, user: str) -> Browser:
    with app.app_context():
        change_user(EMAIL, language="pt_BR")
    return asking(app, "pt-BR")


def assert_translated(shown: TestResponse) -> None:
    assert language_of(shown) == "pt_BR"
    words = re.sub(RECOVERY_CODE, "", words_of(shown))
    assert_in_portuguese(words)


def test_every_page_and_every_mail(app: Flask, reader: Browser) -> None:
    reader.login()
    assert_translated(reader.get("/account/"))
    page = reader.get(PAGE)
    assert_translated(page)
    phone = Phone(secret_on(page), [])
    for code in ("", phone.wrong_code()):
        assert_translated(reader.post(PAGE, data={"code": code}))
    assert_translated(reader.post(PAGE, data={"code": phone.code()}))
    assert_translated(reader.get(PAGE))
    codes = reader.post(f"{PAGE}/codes")
    assert_translated(codes)
    (one, *_) = re.findall(RECOVERY_CODE, codes.text)

    give_password(reader)
    assert_translated(reader.get(ARRIVING))
    for code in ("", *[phone.wrong_code()] * 3):
        assert_translated(give_code(reader, code))
    run_sql(app, "UPDATE second_factors SET failures = 50")
    assert_translated(reader.get(ARRIVING))
    assert_translated(give_code(reader, phone.wrong_code()))
    reader.post(ARRIVING, data={"code": one, "trust": "y"})
    shown = reader.get(PAGE)
    assert_translated(shown)
    (end,) = re.findall(f"{PAGE}/trusted/[0-9a-f]+/end", shown.text)
    reader.post(end, data={"next": PAGE})
    assert_translated(reader.get(PAGE))
    reader.post(f"{PAGE}/off")
    assert_translated(reader.get(PAGE))
    mails = letters(app)
    assert len(mails) == 6
    for mail in mails:
        words = re.sub(r".* UTC|https?://.*", "", mail.get_content())
        assert_in_portuguese(f"{mail['Subject']}\n{words}")


def test_the_notes_before_set_up_are_translated(
    app: Flask, reader: Browser, configure: MakeApp
) -> None:
    reader.login()
    required = configure(require_second_factor=True)
    other = asking(required, "pt-BR")
    other.login()
    assert_translated(other.get(PAGE))
    said = other.get("/", headers={"Accept": "application/json"}).json
    assert said
    assert_in_portuguese(said["error"])
