"""Sessions that have ended stay over, of both kinds, for copies of the cookie too."""

import pytest
from flask import Flask

from my_flask_app.auth import passwords

from ....support.accounts import (
    change_password,
    copy_of,
    end_everywhere,
    end_session,
    handles,
)
from ....support.http import Browser
from ....support.sql import meanwhile


def test_logout_ends_one_session_and_leaves_the_others(
    app: Flask, client: Browser, user: str
) -> None:
    other = Browser(app)
    other.login()
    client.login()
    thief = copy_of(client)
    client.logout()
    assert client.jar() == {}
    assert not thief.is_signed_in()
    assert other.is_signed_in()


def test_logging_in_again_ends_the_session_before(client: Browser, user: str) -> None:
    client.login()
    thief = copy_of(client)
    client.login()
    assert client.is_signed_in()
    assert not thief.is_signed_in()


@pytest.mark.parametrize("remember", [{}, {"remember": "on"}])
def test_a_password_change_gives_the_changer_a_new_token_and_ends_the_rest(
    app: Flask, client: Browser, user: str, remember: dict[str, str]
) -> None:
    other = Browser(app)
    other.login()
    client.login(**remember)
    thief = copy_of(client)
    assert change_password(client) == 303
    assert client.is_signed_in()
    assert not thief.is_signed_in()
    assert not other.is_signed_in()


def test_a_login_that_races_a_password_change_does_not_survive_it(
    app: Flask, client: Browser, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password changes after its check and before the session begins."""
    owner = Browser(app)
    owner.login()
    verify = passwords.verify

    def change_meanwhile(password_hash: str, password: str) -> bool:
        found = verify(password_hash, password)
        monkeypatch.setattr(passwords, "verify", verify)
        assert meanwhile(lambda: change_password(owner)) == 303
        return found

    monkeypatch.setattr(passwords, "verify", change_meanwhile)
    assert client.login().status_code == 303
    assert client.jar() != {}
    assert not client.is_signed_in()
    assert owner.is_signed_in()


@pytest.mark.parametrize("one", [True, False])
def test_ending_sessions_joins_the_callers_transaction(
    app: Flask, client: Browser, user: str, one: bool
) -> None:
    client.login()
    (handle,) = handles(app)
    for commit in (False, True):
        if one:
            assert end_session(app, handle, commit=commit)
        else:
            end_everywhere(app, commit=commit)
        assert client.is_signed_in() == (not commit)


def test_one_session_can_be_ended_by_its_handle(app: Flask, client: Browser, user: str) -> None:
    client.login()
    (handle,) = handles(app)
    other = Browser(app)
    other.login()
    assert end_session(app, handle)
    assert not client.is_signed_in()
    assert other.is_signed_in()
    assert not end_session(app, handle)


def test_a_disabled_account_keeps_no_sessions_even_if_enabled_again(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    run = app.test_cli_runner()
    run.invoke(args=["user", "disable", user])
    assert not client.is_signed_in()
    run.invoke(args=["user", "enable", user])
    assert not client.is_signed_in()
    client.login()
    assert client.is_signed_in()
