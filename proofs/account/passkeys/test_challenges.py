"""A challenge is for one browser, one purpose and one answer; their number is limited."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flask import Flask
from time_machine import TimeMachineFixture

from ....account.passkeys.authenticator import (
    CONFIRM,
    LOGIN,
    PAGE,
    Authenticator,
    add,
    decode,
    log_in,
    options,
)
from ....support.accounts import add_user
from ....support.http import EMAIL, Browser, set_cookies
from ....support.sql import everything_stored, rows

CEREMONY = "__Host-my_flask_app-ceremony"
BOB = "bob@example.com"
LIFE = timedelta(minutes=10)


def live(app: Flask) -> int:
    return len(rows(app, "SELECT purpose FROM ceremonies"))


def test_a_sixth_challenge_of_a_browser_replaces_the_oldest(
    app: Flask, client: Browser, phone: Authenticator, clock: TimeMachineFixture
) -> None:
    """Autofill and a form in each of several tabs wait at the same time."""
    other = Browser(app)
    kept = options(other, LOGIN)
    asked = []
    for _ in range(6):
        clock.shift(1)
        asked.append(options(client, LOGIN))
    assert live(app) == 6
    answers = [client.post(LOGIN, json=phone.get(one)).status_code for one in asked]
    assert answers == [400, *[200] * 5]
    assert other.post(LOGIN, json=phone.get(kept)).status_code == 200
    assert live(app) == 0


def test_a_new_challenge_sweeps_twenty_expired_ones(
    app: Flask, client: Browser, clock: TimeMachineFixture
) -> None:
    for _ in range(25):
        options(Browser(app), LOGIN)
    clock.shift(LIFE)
    options(client, LOGIN)
    assert live(app) == 6
    options(client, LOGIN)
    assert live(app) == 2


def test_purge_deletes_expired_challenges(
    app: Flask, client: Browser, clock: TimeMachineFixture
) -> None:
    options(client, LOGIN)
    clock.shift(LIFE - timedelta(seconds=1))
    waiting = options(client, LOGIN)
    assert "0 ceremonies" in app.test_cli_runner().invoke(args=["purge"]).output
    clock.shift(1)
    assert "1 ceremonies" in app.test_cli_runner().invoke(args=["purge"]).output
    assert live(app) == 1
    assert waiting


def test_a_browser_keeps_its_cookie(client: Browser, user: str) -> None:
    """A new value would make the challenges of its other tabs useless."""
    first, second = [set_cookies(client.post(f"{LOGIN}/options", json={})) for _ in range(2)]
    client.login()
    third = set_cookies(client.post(f"{PAGE}/options", json={}))
    kept = [one for many in (first, second, third) for one in many if one.name == CEREMONY]
    assert len(kept) == 3
    assert len({one.value for one in kept}) == 1
    assert len(decode(kept[0].value)) == 32


def test_another_browser_gets_another_cookie(app: Flask) -> None:
    values = [set_cookies(Browser(app).post(f"{LOGIN}/options", json={}))[0].value for _ in "ab"]
    assert len({*values}) == 2


def test_challenges_are_long_and_never_repeat(app: Flask, client: Browser) -> None:
    seen = {options(client, LOGIN)["challenge"] for _ in range(50)}
    assert len(seen) == 50
    assert {len(decode(one)) for one in seen} == {32}
    stored = everything_stored(app)
    for secret in (*seen, client.cookies()[CEREMONY]):
        assert secret.encode() not in stored
        assert decode(secret) not in stored


def test_of_parallel_answers_to_one_challenge_one_signs_in(
    app: Flask, client: Browser, phone: Authenticator
) -> None:
    answer = phone.get(options(client, LOGIN))
    browsers = [Browser(app) for _ in range(4)]
    for browser in browsers:
        browser.keep(client.cookies())
    with ThreadPoolExecutor(len(browsers)) as threads:
        done = list(threads.map(lambda one: one.post(LOGIN, json=answer), browsers))
    assert sorted(one.status_code for one in done) == [200, 400, 400, 400]
    assert sum(one.is_signed_in() for one in browsers) == 1


def test_a_challenge_of_another_user_of_the_browser_is_refused(
    app: Flask, client: Browser, phone: Authenticator
) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    client.login()
    to_confirm, to_add = options(client, CONFIRM), options(client, PAGE)
    client.logout()
    client.login(BOB)
    assert client.post(CONFIRM, json=phone.get(to_confirm)).status_code == 400
    assert client.post(PAGE, json=Authenticator().create(to_add)).status_code == 400
    assert len(rows(app, "SELECT id FROM passkeys")) == 1


def test_a_challenge_to_add_is_for_one_passkey(app: Flask, ana: Browser) -> None:
    asked = options(ana, PAGE)
    answers = [ana.post(PAGE, json=Authenticator().create(asked)).status_code for _ in range(2)]
    assert answers == [201, 400]
    for other in (CONFIRM, LOGIN):
        to_add, challenge = options(ana, PAGE), options(ana, other)["challenge"]
        made = Authenticator().create(to_add | {"challenge": challenge})
        assert ana.post(PAGE, json=made).status_code == 400
    assert len(rows(app, "SELECT id FROM passkeys")) == 1


def test_all_passkeys_of_an_account_have_its_handle_and_no_other_has_it(
    app: Flask, ana: Browser, user: str
) -> None:
    with app.app_context():
        add_user(BOB, name="Bob")
    bob = Browser(app)
    bob.login(BOB)
    for browser in (ana, ana, bob):
        assert add(browser, Authenticator()).status_code == 201
    query = (
        "SELECT email, user_handle, public_id FROM passkeys JOIN "
        "(SELECT id AS owner, email FROM users) AS owners ON owner = user_id ORDER BY email"
    )
    first, second, other = rows(app, query)
    assert (first["email"], second["email"], other["email"]) == (EMAIL, EMAIL, BOB)
    assert first["user_handle"] == second["user_handle"] != other["user_handle"]
    assert len(first["user_handle"]) == 32
    assert log_in(Browser(app), Authenticator(handle=first["user_handle"])).status_code == 400
