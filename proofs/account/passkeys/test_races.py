"""Two requests at a time: of one passkey, or of a thief and the owner."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from my_flask_app.account.passkeys import store, webauthn
from my_flask_app.auth import accounts, browsers, ceremonies
from my_flask_app.core.db import db

from ....account.passkeys.authenticator import (
    CONFIRM,
    LOGIN,
    PAGE,
    Authenticator,
    add,
    log_in,
    options,
)
from ....support.accounts import NEW_PASSWORD
from ....support.http import EMAIL, Browser
from ....support.mail import ask_for_link
from ....support.sql import meanwhile, rows
from ...support.sql import overtaken_at_its_account


def before(patch: pytest.MonkeyPatch, where: object, name: str, work: Callable[[], object]) -> None:
    """Run `work` in another thread before the next call of a function."""
    call, done = getattr(where, name), list[object]()

    def overtaken(*args: Any, **kwargs: Any) -> object:
        if not done:
            done.append(None)
            meanwhile(work)
        return call(*args, **kwargs)

    patch.setattr(where, name, overtaken)


@pytest.fixture
def reset(app: Flask, user: str) -> Callable[[], None]:
    """Return what the owner does: choose a new password by mail."""
    owner = Browser(app)

    def finish() -> None:
        form = {"password": NEW_PASSWORD, "end_others": "y"}
        assert owner.post("/auth/reset/finish", data=form).status_code == 303

    owner.get(ask_for_link(owner, "/auth/reset", EMAIL))
    return finish


def counters(app: Flask) -> list[int]:
    return [row["counter"] for row in rows(app, "SELECT counter FROM passkeys")]


def test_of_a_passkey_and_its_copy_one_signs_in(app: Flask, phone: Authenticator) -> None:
    """Both count the same; the second is refused even when it comes at the same time."""
    pairs = [(browser, options(browser, LOGIN)) for browser in (Browser(app), Browser(app))]
    before_use, answers = phone.counter, []
    for _, asked in pairs:
        phone.counter = before_use
        answers.append(phone.get(asked))
    with ThreadPoolExecutor(2) as threads:
        done = [
            threads.submit(browser.post, LOGIN, json=answer)
            for (browser, _), answer in zip(pairs, answers, strict=True)
        ]
    assert sorted(one.result().status_code for one in done) == [200, 400]
    assert counters(app) == [before_use + 1]


def test_a_counter_is_compared_and_set_in_one_statement(app: Flask, phone: Authenticator) -> None:
    with app.app_context():
        found = store.find(phone.id)
        assert found is not None
        passkey = found[0]
        changed: dict[str, object] = {"counter": passkey.counter + 1, "backed_up": False}
        db.session.expunge(passkey)
        assert store.record_use(passkey, changed)
        assert not store.record_use(passkey, changed)
        db.session.rollback()


@pytest.mark.parametrize(
    ("where", "name"), [(ceremonies, "take"), (webauthn, "read_new"), (accounts, "lock")]
)
def test_a_passkey_added_while_the_owner_resets_the_password_is_refused(
    app: Flask,
    ana: Browser,
    reset: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    name: str,
) -> None:
    """It would let a thief back in who has just been put out."""
    made = Authenticator().create(options(ana, PAGE))
    before(monkeypatch, where, name, reset)
    assert ana.post(PAGE, json=made).status_code == 400
    assert rows(app, "SELECT id FROM passkeys") == []
    assert not ana.is_signed_in()


@pytest.mark.parametrize(
    ("where", "name", "status"),
    [(ceremonies, "take", 400), (store, "find", 400), (browsers, "remember", 200)],
)
def test_a_login_does_not_survive_a_reset_at_the_same_time(
    app: Flask,
    client: Browser,
    phone: Authenticator,
    reset: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    name: str,
    status: int,
) -> None:
    answer = phone.get(options(client, LOGIN))
    before(monkeypatch, where, name, reset)
    assert client.post(LOGIN, json=answer).status_code == status
    assert not client.is_signed_in()


def test_an_account_disabled_during_the_login_is_not_signed_in(
    app: Flask, client: Browser, phone: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = app.test_cli_runner()
    answer = phone.get(options(client, LOGIN))
    before(monkeypatch, store, "find", lambda: run.invoke(args=["user", "disable", EMAIL]))
    assert client.post(LOGIN, json=answer).status_code == 400
    run.invoke(args=["user", "enable", EMAIL])
    assert not client.is_signed_in()


def test_a_passkey_removed_during_the_login_signs_nobody_in(
    app: Flask, client: Browser, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Authenticator()
    add(ana, device)
    (row,) = rows(app, "SELECT public_id FROM passkeys")
    visitor = Browser(app)
    answer = device.get(options(visitor, LOGIN))
    remove = f"{PAGE}/{row['public_id']}/remove"
    before(monkeypatch, store, "find", lambda: ana.post(remove))
    assert visitor.post(LOGIN, json=answer).status_code == 400
    assert not visitor.is_signed_in()
    assert log_in(visitor, device).status_code == 400


@pytest.mark.parametrize("what", ["rename", "confirm"])
def test_a_use_of_a_passkey_waits_for_a_change_of_its_account(
    app: Flask, client: Browser, phone: Authenticator, what: str
) -> None:
    client.login()
    (row,) = rows(app, "SELECT public_id FROM passkeys")
    answer = phone.get(options(client, CONFIRM))
    send = {
        "rename": lambda: client.post(f"{PAGE}/{row['public_id']}/rename", data={"name": "x"}),
        "confirm": lambda: client.post(CONFIRM, json=answer),
    }
    done = overtaken_at_its_account(app, send[what], store.remove_all)
    assert done.status_code == {"rename": 404, "confirm": 200}[what]


def test_a_refused_passkey_of_an_account_that_is_deleted_meanwhile_is_refused(
    app: Flask, client: Browser, phone: Authenticator
) -> None:
    asked = options(client, LOGIN)
    phone.key = Authenticator().key
    refused = phone.get(asked)
    answer = overtaken_at_its_account(
        app, lambda: client.post(LOGIN, json=refused), accounts.delete
    )
    assert answer.status_code == 400
