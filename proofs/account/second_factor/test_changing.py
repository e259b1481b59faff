"""Switching it off and new recovery codes require a recent password and code."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update
from time_machine import TimeMachineFixture

from my_flask_app.account.second_factor import codes, store
from my_flask_app.core.db import write_unless_busy
from my_flask_app.models import User

from ....account.second_factor.phone import (
    PAGE,
    Phone,
    equip,
    give_code,
    give_password,
    recovery_codes_on,
    secret_on,
    switch_on,
)
from ....support.http import EMAIL, Browser
from ....support.mail import ask_for_link, letters
from ....support.sql import meanwhile, rows

each_change = pytest.mark.parametrize("path", [f"{PAGE}/off", f"{PAGE}/codes"])


@pytest.fixture
def phone(app: Flask, user: str) -> Phone:
    return equip(app)


@pytest.fixture
def owner(client: Browser, phone: Phone) -> Browser:
    """Return a browser in which the user is signed in with both factors."""
    give_password(client)
    give_code(client, phone.code())
    return client


def kinds(app: Flask) -> list[str]:
    return [row["kind"] for row in rows(app, "SELECT kind FROM events ORDER BY id")]


def has_second_factor(app: Flask) -> bool:
    return bool(rows(app, "SELECT user_id FROM second_factors"))


def test_new_recovery_codes_take_the_place_of_the_old(
    app: Flask, owner: Browser, phone: Phone
) -> None:
    before = [row["code_hash"] for row in rows(app, "SELECT code_hash FROM recovery_codes")]
    made = recovery_codes_on(owner.post(f"{PAGE}/codes"))
    assert len(made) == 10
    assert not set(made) & set(phone.recovery_codes)
    after = [row["code_hash"] for row in rows(app, "SELECT code_hash FROM recovery_codes")]
    assert len(after) == 10
    assert not set(before) & set(after)
    assert "recovery_codes_renewed" in kinds(app)
    (notice,) = letters(app)
    assert "the old ones no longer work" in notice.get_content()


@each_change
def test_each_change_locks_the_account(
    app: Flask, owner: Browser, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a password reset could run between the read and the write."""
    written: list[bool] = []

    def write() -> bool:
        with app.app_context():
            return write_unless_busy(update(User).values(name=User.name))

    for module, name in ((codes, "renew_recovery_codes"), (store, "drop")):
        real = getattr(module, name)

        def late(user: User, real: Callable[[User], object] = real) -> object:
            written.append(meanwhile(write))
            return real(user)

        monkeypatch.setattr(module, name, late)
    assert owner.post(path).status_code in {200, 303}
    assert written == [False]


@each_change
def test_each_change_revokes_a_reset_link_mailed_before(
    app: Flask, owner: Browser, path: str
) -> None:
    link = ask_for_link(owner, "/auth/reset", EMAIL)
    owner.post(path)
    assert owner.get(link).status_code == 410


@each_change
def test_without_a_second_factor_there_is_nothing_to_change(
    app: Flask, client: Browser, user: str, path: str
) -> None:
    client.login()
    done = client.post(path)
    assert (done.status_code, done.location) == (303, PAGE)
    assert kinds(app) == ["login"]
    assert rows(app, "SELECT * FROM recovery_codes") == []


@each_change
def test_only_a_form_of_ours_may_change_it(app: Flask, owner: Browser, path: str) -> None:
    assert owner.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert owner.get(path).status_code == 405
    assert has_second_factor(app)


def test_an_account_that_is_deleted_takes_its_codes_along(app: Flask, phone: Phone) -> None:
    app.test_cli_runner().invoke(args=["user", "delete", EMAIL])
    assert rows(app, "SELECT * FROM recovery_codes") == []


def test_a_second_factor_can_be_set_up_again(
    app: Flask, owner: Browser, phone: Phone, clock: TimeMachineFixture
) -> None:
    owner.post(f"{PAGE}/off")
    again = switch_on(owner)
    assert again.secret != phone.secret
    owner.post(f"{PAGE}/off")
    assert secret_on(owner.get(PAGE)) != again.secret
    again = switch_on(owner)
    clock.shift(30)
    give_password(owner)
    for code in (phone.code(), phone.recovery_codes[0]):
        assert give_code(owner, code).status_code == 422
    assert give_code(owner, again.code()).status_code == 303
