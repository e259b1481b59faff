"""What would let an attacker in, or keep one in, is refused."""

from typing import Any

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.account.passkeys import webauthn
from {{ cookiecutter.project_slug }}.core.environ import Rate

from ...auth.test_login_steps import add_riddle
from ...conftest import MakeApp
from ...support.accounts import NEW_PASSWORD
from ...support.http import EMAIL, Browser
from ...support.mail import ask_for_link
from ...support.sql import meanwhile, rows
from .authenticator import LOGIN, PAGE, Authenticator, log_in, options
from .test_login import passkey_of


def test_a_password_reset_while_a_passkey_is_added_discards_it(
    app: Flask, client: Browser, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.login()
    made = Authenticator().create(options(client, PAGE))
    owner, read_new = Browser(app), webauthn.read_new
    owner.get(ask_for_link(owner, "/auth/reset", EMAIL))

    def overtaken(*args: Any) -> dict[str, Any]:
        form = {"password": NEW_PASSWORD, "end_others": "y"}
        meanwhile(lambda: owner.post("/auth/reset/finish", data=form))
        return read_new(*args)

    monkeypatch.setattr(webauthn, "read_new", overtaken)
    assert client.post(PAGE, json=made).status_code == 400
    assert rows(app, "SELECT id FROM passkeys") == []


def test_the_host_of_a_request_counts_for_nothing(app: Flask, user: str) -> None:
    phone, browser = passkey_of(app, EMAIL), Browser(app, origin="https://evil.example")
    assert options(browser, LOGIN)["rpId"] == "app.example"
    phone.origin, phone.host = browser.origin, "evil.example"
    assert log_in(browser, phone).status_code == 400


def test_options_and_answers_are_limited_by_network(configure: MakeApp, user: str) -> None:
    browser = Browser(configure(login_attempts_per_address=Rate(2, 900)))
    for path, first in ((f"{LOGIN}/options", 200), (LOGIN, 400)):
        statuses = [browser.post(path, json={}).status_code for _ in range(3)]
        assert statuses == [first, first, 429]


def test_a_login_step_of_your_own_follows_a_passkey(make_app: MakeApp, user: str) -> None:
    app = add_riddle(make_app())
    browser, phone = Browser(app), passkey_of(make_app(), EMAIL)
    done = log_in(browser, phone, next=PAGE, remember=True)
    assert (done.status_code, done.get_json()) == (200, {"location": "/riddle"})
    assert not browser.is_signed_in()
    assert browser.post("/riddle").location == PAGE
    assert browser.is_signed_in()
