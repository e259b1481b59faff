"""After the secret key is rotated or lost, the second factor still protects the account."""

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from ....account.second_factor.phone import PAGE, Phone, equip, give_code, give_password, secret_on
from ....conftest import MakeApp
from ....support.cli import Site, commands, moved
from ....support.http import Browser
from ....support.settings import KEY
from ....support.sql import run_sql

NEW_KEY = "the next key for tests: 9876543210 zyxwvutsrq"
PLANNED, LEAK = 1, 2


def gets_in(worker: Flask, code: str) -> bool:
    browser = Browser(worker)
    give_password(browser)
    give_code(browser, code)
    return browser.is_signed_in()


def test_a_change_of_the_key_asks_for_a_restart_and_nothing_else(
    site: Site, clock: TimeMachineFixture
) -> None:
    (rotate,) = commands("keys.md", PLANNED)
    old = site.start()
    phone = equip(old)
    assert site.follow(rotate).exit_code == 0
    # The app that still runs knows only the old key; a recovery code works there too.
    assert not gets_in(old, phone.code())
    assert gets_in(old, phone.recovery_codes[0])
    clock.shift(30)
    assert gets_in(site.start(), phone.code())


def test_a_leaked_key_cancels_logins_without_their_code(
    site: Site, clock: TimeMachineFixture
) -> None:
    old = site.start()
    phone = equip(old)
    half_way = Browser(old)
    give_password(half_way)
    for command in commands("keys.md", LEAK):
        assert site.follow(command).exit_code == 0
    new = site.start()
    for browser in (half_way, moved(half_way, new)):
        assert give_code(browser, phone.code()).location == "/auth/login"
        assert not browser.is_signed_in()
    assert gets_in(new, phone.code())


def test_hosts_that_restart_in_turn_read_what_each_other_writes(
    app: Flask, user: str, configure: MakeApp, clock: TimeMachineFixture
) -> None:
    announced = configure(secret_key=KEY, secret_key_fallbacks=(NEW_KEY,))
    changed = configure(secret_key=NEW_KEY, secret_key_fallbacks=(KEY,))
    for writer, readers in ((app, (app, announced)), (changed, (announced, changed))):
        phone = equip(writer)
        for reader in readers:
            clock.shift(30)
            assert gets_in(reader, phone.code())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("second_factors.secret", b""),
        ("second_factors.secret", b"\0"),
        ("users.public_id", "of another user"),
    ],
)
def test_a_secret_that_was_tampered_with_lets_nobody_in(
    app: Flask, client: Browser, user: str, column: str, value: object
) -> None:
    phone = equip(app)
    table, _, name = column.partition(".")
    run_sql(app, f"UPDATE {table} SET {name} = :value", value=value)
    give_password(client)
    assert give_code(client, phone.code()).status_code == 422
    assert not client.is_signed_in()
    assert give_code(client, phone.recovery_codes[0]).status_code == 303


def test_an_unconfirmed_secret_is_replaced_if_its_key_is_gone(
    client: Browser, user: str, configure: MakeApp
) -> None:
    client.login()
    phone = Phone(secret_on(client.get(PAGE)), [])
    rotated = configure(secret_key=NEW_KEY, secret_key_fallbacks=(KEY,))
    assert secret_on(moved(client, rotated).get(PAGE)) == phone.secret
    assert secret_on(client.get(PAGE)) == phone.secret
