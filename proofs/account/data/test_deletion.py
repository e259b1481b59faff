"""A user deletes their account, with the password, at once and completely."""

import pytest
from flask import Flask

from my_flask_app.core import mail
from my_flask_app.core.db import db
from my_flask_app.core.environ import Rate

from ....conftest import MakeApp
from ....support.accounts import (
    NEW_PASSWORD,
    change_password,
    change_user,
    copy_of,
    overtake,
    watch_hashing,
)
from ....support.html import asking, language_of, needs_portuguese, words_of
from ....support.http import EMAIL, PASSWORD, Browser
from ....support.mail import ask_for_link
from ....support.sql import broken_database, rows
from ...support.html import assert_in_portuguese
from ...support.sql import kept_by_a_table

PATH = "/account/delete"
FORM = {"password": PASSWORD}
WRONG = "not the password at all"


def accounts_left(app: Flask) -> list[str]:
    return [row["email"] for row in rows(app, "SELECT email FROM users")]


def test_an_account_that_another_table_needs_is_kept_whole(
    app: Flask, ana: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    with kept_by_a_table(app, EMAIL):
        refused = ana.post(PATH, data=FORM)
    assert refused.status_code == 403
    assert "Your account cannot be deleted yet" in refused.text
    assert 'give their foreign key ondelete="CASCADE"' in caplog.text
    assert ana.is_signed_in()
    assert [row["kind"] for row in rows(app, "SELECT kind FROM events")] == ["login"]


def register(client: Browser, name: str) -> None:
    client.get(ask_for_link(client, "/auth/register", EMAIL))
    form = {"name": name, "password": NEW_PASSWORD}
    assert client.post("/auth/register/finish", data=form).status_code == 303


@pytest.mark.parametrize("password", ["", "x" * 257])
def test_an_impossible_password_is_not_counted_as_an_attempt(
    app: Flask, ana: Browser, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    hashed: list[bool] = []
    watch_hashing(monkeypatch, lambda: hashed.append(True))
    assert ana.post(PATH, data={"password": password}).status_code == 422
    assert not hashed
    assert [row["kind"] for row in rows(app, "SELECT kind FROM events")] == ["login"]


def test_guessing_the_password_is_counted(configure: MakeApp, user: str) -> None:
    client = Browser(configure(login_attempts_per_account=Rate(3, 900)))
    client.login()
    statuses = [client.post(PATH, data={"password": WRONG}).status_code for _ in range(4)]
    assert statuses == [422, 422, 422, 429]
    assert client.post(PATH, data=FORM).status_code == 429


def test_a_new_account_with_the_same_address_inherits_nothing(app: Flask, ana: Browser) -> None:
    (old,) = rows(app, "SELECT id, public_id FROM users")
    elsewhere = Browser(app)
    elsewhere.login(remember="y")
    opened = Browser(app)
    opened.get(ask_for_link(opened, "/auth/reset", EMAIL))
    ana.post(PATH, data=FORM)
    register(ana, "Anna")
    (new,) = rows(app, "SELECT id, public_id FROM users")
    assert new["id"] > old["id"]
    assert new["public_id"] != old["public_id"]
    assert ana.name() == "Anna"
    assert not elsewhere.is_signed_in()
    assert opened.post("/auth/reset/finish", data={"password": PASSWORD}).status_code == 410
    assert elsewhere.login(password=PASSWORD).status_code == 422
    owned = rows(app, "SELECT kind FROM events WHERE user_id IS NOT NULL ORDER BY id")
    assert [row["kind"] for row in owned] == ["registered", "login", "login_failed"]


def test_deleting_twice_at_once_is_no_error(
    app: Flask, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = copy_of(ana)
    won = overtake(monkeypatch, lambda: again.post(PATH, data=FORM).status_code)
    assert ana.post(PATH, data=FORM).status_code == 303
    assert won == [303]
    assert accounts_left(app) == []


def test_a_login_under_way_is_none_once_the_account_is_gone(
    app: Flask, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Browser(app)
    won = overtake(monkeypatch, lambda: ana.post(PATH, data=FORM).status_code)
    assert late.login(remember="y").status_code == 303
    assert won == [303]
    assert not late.is_signed_in()
    assert not late.jar()


def test_a_password_change_under_way_is_refused_once_the_account_is_gone(
    app: Flask, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Browser(app)
    late.login()
    won = overtake(monkeypatch, lambda: ana.post(PATH, data=FORM).status_code)
    assert change_password(late) == 422
    assert won == [303]


def test_no_transaction_is_open_while_the_password_is_verified(
    ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    watch_hashing(monkeypatch, lambda: seen.append(db.session.in_transaction()))
    assert ana.post(PATH, data=FORM).status_code == 303
    assert seen == [False]


def test_an_account_is_deleted_whole_or_not_at_all(app: Flask, ana: Browser) -> None:
    before = rows(app, "SELECT * FROM events")
    with broken_database(app, "DELETE FROM users"):
        assert ana.post(PATH, data=FORM).status_code == 503
    assert rows(app, "SELECT * FROM events") == before
    assert ana.is_signed_in()


@needs_portuguese
def test_every_page_is_translated(app: Flask, user: str) -> None:
    with app.app_context():
        change_user(user, language="pt_BR")
    reader = asking(app, "pt-BR")
    reader.login()
    pages = [reader.get(PATH), reader.post(PATH), reader.post(PATH, data={"password": WRONG})]
    pages.append(reader.get("/account/"))
    assert reader.post(PATH, data=FORM).status_code == 303
    pages.append(reader.get("/"))
    for page in pages:
        assert language_of(page) == "pt_BR"
        assert_in_portuguese(words_of(page))


def test_mails_of_other_kinds_may_name_whom_they_like(
    app: Flask, client: Browser, user: str
) -> None:
    with app.app_context():
        mail.enqueue("shared", "bob@example.com", user="neither a number nor an id")
        db.session.commit()
    client.login()
    assert client.post("/account/delete", data={"password": PASSWORD}).status_code == 303
    assert [row["purpose"] for row in rows(app, "SELECT purpose FROM outbox")] == ["shared"]
