"""`flask user` manages accounts, and refuses in one sentence."""

import pytest
from flask import Flask

from ..support.cli import events, run, said
from ..support.http import EMAIL, PASSWORD, Browser
from ..support.sql import everything_stored

CREATE = ("create", EMAIL, "--name", "Ana")


def test_a_created_account_can_log_in(app: Flask, client: Browser) -> None:
    done = run(app, *CREATE, typed=f"{PASSWORD}\n")
    assert (done.exit_code, done.output) == (0, f"{EMAIL} can log in now.\n")
    client.login()
    assert "Ana" in client.get("/").text
    assert events(app) == ["created_by_operator"]
    assert PASSWORD.encode() not in everything_stored(app)


@pytest.mark.parametrize("email", [EMAIL, EMAIL.upper(), f" {EMAIL}"])
def test_an_address_has_only_one_account(app: Flask, user: str, email: str) -> None:
    taken = f"{EMAIL} already has an account."
    assert said(run(app, "create", email, "--name", "Ana", typed=PASSWORD)) == taken


def test_a_disabled_account_cannot_log_in_until_it_is_enabled(
    app: Flask, client: Browser, user: str
) -> None:
    client.login()
    done = run(app, "disable", user.upper())
    expected = f"{user} is disabled; all its sessions have ended.\n"
    assert (done.exit_code, done.output) == (0, expected)
    assert not client.is_signed_in()
    client.login()
    assert not client.is_signed_in()

    done = run(app, "enable", user)
    assert (done.exit_code, done.output) == (0, f"{user} can log in again.\n")
    client.login()
    assert client.is_signed_in()
    assert events(app) == ["disabled", "enabled"]
