"""Ended sessions are on a list until their tokens expire."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.auth import sessions

from .....conftest import MakeApp
from .....support.accounts import copy_of
from .....support.http import Browser, page
from .....support.sql import meanwhile, rows

ENDED = "SELECT sid FROM ended_sessions"


def purge(app: Flask) -> str:
    done = app.test_cli_runner().invoke(args=["purge"])
    assert done.exit_code == 0
    return done.output


def test_the_same_session_may_be_logged_out_twice_at_once(make_app: MakeApp, user: str) -> None:
    app = make_app()
    twin = Browser(app)

    @page(app)
    def leave() -> str:
        meanwhile(twin.logout)
        sessions.logout_user()
        return "gone"

    client = Browser(app)
    client.login()
    twin.keep(client.jar())
    assert client.get("/test-leave").text == "gone"
    assert client.jar() == twin.jar() == {}
    assert len(rows(app, ENDED)) == 1


@pytest.mark.parametrize("remember", [{}, {"remember": "on"}])
def test_an_ended_session_stays_on_the_list_until_its_absolute_end(
    app: Flask,
    client: Browser,
    user: str,
    remember: dict[str, str],
    clock: TimeMachineFixture,
) -> None:
    client.login(**remember)
    thief = copy_of(client)
    client.logout()
    clock.shift(timedelta(days=7 if remember else 0, hours=11, minutes=59))
    assert "0 sessions" in purge(app)
    assert not thief.is_signed_in()
    clock.shift(timedelta(days=30))
    assert "1 sessions" in purge(app)
    assert not thief.is_signed_in()


def test_each_login_deletes_a_few_expired_rows(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    for _ in range(2):
        client.login()
        client.logout()
    clock.shift(timedelta(days=31))
    client.login()
    assert rows(app, ENDED) == []
