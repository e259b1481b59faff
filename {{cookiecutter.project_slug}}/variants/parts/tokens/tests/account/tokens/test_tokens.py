"""Users make, list and end their own tokens."""

import re
from typing import Any

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from {{ cookiecutter.project_slug }}.core import names

from ...conftest import MakeApp
from ...support.accounts import NEW_PASSWORD, add_user, change_password
from ...support.cli import events, run, said
from ...support.http import EMAIL, ORIGIN, Browser
from ...support.mail import ask_for_link, letters
from ...support.sql import everything_stored, meanwhile, rows, run_sql
from .programs import FORM, PAGE, add_api, make_token, use

TEN_MINUTES = 600


@pytest.fixture
def ana(configure: MakeApp, user: str) -> Browser:
    """Return a browser in which Ana is signed in."""
    browser = Browser(configure(add_api))
    browser.login()
    return browser


def works(browser: Browser, token: str) -> bool:
    return use(Browser(browser.application), token).status_code == 200


def handle_of(app: Flask) -> str:
    return str(rows(app, "SELECT handle FROM api_tokens")[-1]["handle"])


def test_a_token_is_shown_once_and_kept_as_a_hash(app: Flask, ana: Browser) -> None:
    assert f'<a href="{PAGE}">API tokens</a>' in ana.get("/account/").text
    # What a browser sends.
    assert re.findall(r'<option[^>]* value="(.*?)"', ana.get(PAGE).text) == ["read", "write"]
    token = make_token(ana, name="Backup at night", access="write")
    shown = ana.get(PAGE).text
    assert "Backup at night" in shown
    assert "Not used yet." in shown
    assert token not in shown
    stored = everything_stored(app)
    assert token.encode() not in stored
    assert token.rpartition("_")[2].encode() not in stored


def test_a_token_has_256_random_bits_after_the_name_of_the_package(ana: Browser) -> None:
    tokens = [make_token(ana).rpartition("_") for _ in range(2)]
    assert {prefix for prefix, _, _ in tokens} == {"{{ cookiecutter.project_slug }}"}
    assert {len(bytes.fromhex(digits)) for _, _, digits in tokens} == {32}
    assert tokens[0] != tokens[1]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("name", text) for text in ("", " ", "\0", "x" * 101)),
        *(("access", text) for text in ("", "admin", "WRITE")),
        *(("days", text) for text in ("", "0", "366", "-1", "1.5", "1 ", "\u0663", "9" * 5000)),
    ],
)
def test_a_wrong_form_makes_no_token(app: Flask, ana: Browser, field: str, wrong: str) -> None:
    refused = ana.post(PAGE, data={**FORM, field: wrong})
    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.text
    assert rows(app, "SELECT id FROM api_tokens") == []


def test_making_and_ending_require_a_recent_proof(
    app: Flask, ana: Browser, clock: TimeMachineFixture
) -> None:
    make_token(ana)
    clock.shift(TEN_MINUTES)
    for path in (PAGE, f"{PAGE}/{handle_of(app)}/end"):
        asked = ana.post(path, data=FORM, headers={"Referer": f"{ORIGIN}{PAGE}"})
        assert asked.location == f"/auth/confirm?next={PAGE}"
    assert len(rows(app, "SELECT id FROM api_tokens")) == 1


def test_a_user_ends_a_token_and_is_told_of_each_change(app: Flask, ana: Browser) -> None:
    token = make_token(ana)
    assert ana.post(f"{PAGE}/{handle_of(app)}/end").location == PAGE
    assert not works(ana, token)
    mails = [mail.get_content() for mail in letters(app) if "API tokens" in mail["Subject"]]
    told = ("An API token was created: Backup", "An API token was revoked: Backup")
    assert [line in mail for line, mail in zip(told, mails, strict=True)] == [True, True]
    kinds = [row["kind"] for row in rows(app, "SELECT kind FROM events ORDER BY id")]
    assert kinds[-2:] == ["token_created", "token_revoked"]


def test_a_user_cannot_see_or_end_the_tokens_of_another(app: Flask, ana: Browser) -> None:
    token = make_token(ana)
    with app.app_context():
        add_user("bob@example.com", name="Bob")
    bob = Browser(app)
    bob.login("bob@example.com")
    assert "Backup" not in bob.get(PAGE).text
    assert bob.post(f"{PAGE}/{handle_of(app)}/end").status_code == 404
    assert works(ana, token)


@pytest.mark.parametrize("end_others", [True, False])
def test_a_reset_ends_tokens_unless_the_user_keeps_them(ana: Browser, end_others: bool) -> None:
    token, owner = make_token(ana), Browser(ana.application)
    assert len(letters(ana.application)) > 0
    owner.get(ask_for_link(owner, "/auth/reset", EMAIL))
    assert "API token: Backup" in owner.get("/auth/reset/finish").text
    form = {"password": NEW_PASSWORD} | ({"end_others": "y"} if end_others else {})
    assert owner.post("/auth/reset/finish", data=form).status_code == 303
    assert works(ana, token) is not end_others


def test_a_changed_password_ends_no_token(ana: Browser) -> None:
    token = make_token(ana)
    assert change_password(ana) == 303
    assert works(ana, token)


def test_a_password_reset_while_a_token_is_made_discards_it(
    app: Flask, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, normalise = Browser(app), names.normalise
    owner.get(ask_for_link(owner, "/auth/reset", EMAIL))

    def overtaken(*args: Any) -> str:
        form = {"password": NEW_PASSWORD, "end_others": "y"}
        meanwhile(lambda: owner.post("/auth/reset/finish", data=form))
        return normalise(*args)

    monkeypatch.setattr(names, "normalise", overtaken)
    assert ana.post(PAGE, data=FORM).status_code == 303
    assert rows(app, "SELECT id FROM api_tokens") == []


def test_a_disabled_account_loses_its_tokens(app: Flask, ana: Browser) -> None:
    token = make_token(ana)
    for command in ("disable", "enable"):
        assert run(app, command, EMAIL).exit_code == 0
        assert not works(ana, token)


def test_a_disabled_account_has_no_token_even_if_one_is_left(app: Flask, ana: Browser) -> None:
    token = make_token(ana)
    run_sql(app, "UPDATE users SET disabled_at = created_at")
    assert not works(ana, token)


def test_an_operator_lists_and_ends_tokens(app: Flask, ana: Browser) -> None:
    token, command = make_token(ana), app.test_cli_runner()
    listed = command.invoke(args=["token", "list", EMAIL]).output.split("\t")
    assert listed[:2] == [handle_of(app), "read"]
    assert listed[-1] == "Backup\n"
    assert command.invoke(args=["token", "end", EMAIL, handle_of(app)]).exit_code == 0
    assert not works(ana, token)
    assert events(app) == ["token_revoked"]
    assert "no such token" in said(command.invoke(args=["token", "end", EMAIL, "x"]))
