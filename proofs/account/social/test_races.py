"""Two requests at a time: of one identity, of two tabs, or of a thief and the owner."""

from collections.abc import Callable

import pytest
from flask import Flask

from my_flask_app.account.social import protocol, store
from my_flask_app.auth import accounts, ceremonies
from my_flask_app.core.db import db

from ....account.social.provider import ANA, Provider, serving
from ....support.accounts import NEW_PASSWORD, add_user
from ....support.http import AUTH, EMAIL, SESSION, Browser
from ....support.mail import ask_for_link
from ....support.sql import rows, run_sql
from .trips import (
    BOB,
    CONFIRM,
    CONNECT,
    CONNECTIONS,
    FAILED,
    LOGIN,
    LOST,
    arrive,
    at_once,
    before,
    connections,
    emails,
    flashed,
    leave,
    writer,
)

Work = Callable[[], object]


def command(app: Flask, word: str) -> Work:
    runner = app.test_cli_runner()

    def run() -> None:
        assert runner.invoke(args=["user", word, EMAIL]).exit_code == 0

    return run


def reset(app: Flask, **form: str) -> Work:
    owner = Browser(app)
    owner.get(ask_for_link(owner, "/auth/reset", EMAIL))

    def finish() -> None:
        sent = {"password": NEW_PASSWORD, **form}
        assert owner.post("/auth/reset/finish", data=sent).status_code == 303

    return finish


def test_of_parallel_uses_of_one_answer_one_signs_in(trusting: Flask, ana: Browser) -> None:
    ana.logout()
    answer = leave(ana)
    browsers = [Browser(trusting) for _ in range(4)]
    for browser in browsers:
        browser.keep(ana.cookies())
    at_once(*(lambda one=one: one.get(answer) for one in browsers))
    assert sum(one.is_signed_in() for one in browsers) == 1


def test_of_two_first_logins_at_once_one_account_comes(
    trusting: Flask, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user clicked twice, or in two browsers."""
    one, other = Browser(trusting), Browser(trusting)
    answers = []
    for browser in (one, other):
        answers.append((browser, leave(browser), provider.asked))
    real = protocol.identify
    asked = {answer.partition("state=")[2]: said for _, answer, said in answers}

    def identify(*given: object) -> object:
        provider.asked = asked[next(key for key in asked if str(given[1]["state"]) in key)]  # type: ignore[index]
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(protocol, "identify", identify)
    browsers = [browser for browser, _, _ in answers]
    statuses = at_once(*(lambda b=b, a=a: b.get(a) for b, a, _ in answers))
    assert statuses == [303, 303]
    assert (emails(trusting), connections(trusting)) == ([EMAIL], [ANA["sub"]])
    assert any(browser.is_signed_in() for browser in browsers)


LATE = [(ceremonies, "take"), (protocol, "identify"), (store, "use")]


@pytest.mark.parametrize(("where", "name"), LATE, ids=[name for _, name in LATE])
@pytest.mark.parametrize("word", ["disable", "delete"])
def test_an_account_that_goes_during_the_login_lets_nobody_in(
    trusting: Flask,
    ana: Browser,
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    name: str,
    word: str,
) -> None:
    ana.logout()
    answer = leave(ana)
    before(monkeypatch, where, name, command(trusting, word))
    ana.get(answer)
    if word == "disable":
        assert FAILED in flashed(ana)
        command(trusting, "enable")()
        assert not ana.is_signed_in()
    else:
        # The same person begins anew.
        assert rows(trusting, "SELECT count(*) AS n FROM users") == [{"n": 1}]


@pytest.mark.parametrize(("where", "name"), LATE[:3], ids=[name for _, name in LATE[:3]])
def test_a_reset_that_ends_connections_stops_a_login_on_its_way(
    trusting: Flask, ana: Browser, monkeypatch: pytest.MonkeyPatch, where: object, name: str
) -> None:
    ana.logout()
    answer = leave(ana)
    before(monkeypatch, where, name, reset(trusting, end_others="y"))
    ana.get(answer)
    assert not ana.is_signed_in()
    assert connections(trusting) == []


SIGNED_IN = [*LATE[:2], (accounts, "lock")]


@pytest.mark.parametrize(("where", "name"), SIGNED_IN, ids=[name for _, name in SIGNED_IN])
def test_a_thief_connects_nothing_while_the_owner_resets_the_password(
    trusting: Flask,
    provider: Provider,
    user: str,
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    name: str,
) -> None:
    thief = Browser(trusting)
    thief.login()
    provider.claims = dict(BOB)
    answer = leave(thief, CONNECT)
    before(monkeypatch, where, name, reset(trusting))
    assert thief.get(answer).status_code == 303
    assert connections(trusting) == []
    assert not thief.is_signed_in()


@pytest.mark.parametrize(("where", "name"), SIGNED_IN, ids=[name for _, name in SIGNED_IN])
def test_a_confirmation_does_not_survive_the_end_of_its_session(
    trusting: Flask, ana: Browser, monkeypatch: pytest.MonkeyPatch, where: object, name: str
) -> None:
    answer = leave(ana, CONFIRM)
    before(monkeypatch, where, name, command(trusting, "end-sessions"))
    assert ana.get(answer).status_code == 303
    assert not ana.is_signed_in()


def test_a_connection_removed_during_the_confirmation_confirms_nothing(
    trusting: Flask, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = leave(ana, CONFIRM)

    remove = "DELETE FROM social_connections"
    before(monkeypatch, protocol, "identify", lambda: run_sql(trusting, remove))
    ana.get(answer)
    assert ana.post(CONNECT).location.startswith("/auth/confirm")


def test_a_login_gives_a_new_session(ana: Browser) -> None:
    """An attacker may have planted the one before (session fixation)."""
    name = AUTH if AUTH in ana.cookies() else SESSION
    planted = ana.cookies()[name]
    arrive(ana)
    assert ana.cookies()[name] != planted


@pytest.mark.parametrize("purpose", ["_log_in", "_connect", "_confirm"])
def test_the_way_back_waits_for_another_writer(
    trusting: Flask, ana: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch, purpose: str
) -> None:
    """It is a GET, in which SQLite would fail at once: it reads first and writes later."""
    arrive(ana, CONFIRM)
    where = {"_log_in": LOGIN, "_connect": CONNECT, "_confirm": CONFIRM}[purpose]
    if purpose == "_connect":
        provider.claims = dict(BOB)
    answer = leave(ana, where)
    real = accounts.lock if purpose == "_connect" else store.use
    with writer(trusting) as write:

        def overtaken(*given: object) -> object:
            found = real(*given)  # type: ignore[arg-type]
            write()
            return found

        place = (accounts, "lock") if purpose == "_connect" else (store, "use")
        monkeypatch.setattr(*place, overtaken)
        assert ana.get(answer).status_code == 303
    assert ana.is_signed_in()
    assert connections(trusting) == [ANA["sub"], BOB["sub"]][: 1 + (purpose == "_connect")]


def test_no_transaction_is_open_while_a_provider_is_asked(
    trusting: Flask, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may take seconds, and SQLite has one writer."""
    open_ones = []
    for name in ("authorization_url", "identify"):
        real = getattr(protocol, name)

        def look(*given: object, real: Callable[..., object] = real, **more: object) -> object:
            open_ones.append(db.session.in_transaction())
            return real(*given, **more)

        monkeypatch.setattr(protocol, name, look)
    arrive(ana, CONFIRM)
    arrive(ana, CONNECT)
    ana.logout()
    arrive(ana)
    assert open_ones == [False] * 6


def test_a_provider_that_goes_down_during_the_trip_is_one_clear_sentence(
    trusting: Flask,
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
    make_app: Callable[[], Flask],
) -> None:
    with trusting.app_context():
        add_user("bob@example.com", name="Bob")
    with serving() as other:
        for name, text in other.environ().items():
            monkeypatch.setenv(name, text)
        app = make_app()
        visitor, bob = Browser(app), Browser(app)
        bob.login("bob@example.com")
        login, connect = leave(visitor), leave(bob, CONNECT)
    assert visitor.get(login).location == "/auth/login"
    assert FAILED in flashed(visitor)
    assert bob.get(connect).location == CONNECTIONS
    assert FAILED in flashed(bob, CONNECTIONS)
    for browser, path in ((visitor, LOGIN), (bob, CONNECT)):
        assert browser.post(path).status_code in {200, 303}
    assert bob.name() == "Bob"
    assert connections(app) == []
    assert LOST in visitor.get(login).text
