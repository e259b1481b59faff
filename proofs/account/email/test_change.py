"""A signed-in user changes their address, and proves the new one by mail."""

from datetime import timedelta

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.core.environ import MailServer

from ....account.email.conftest import BOB, FINISH, NEW, START, change_address, open_link_to
from ....conftest import MakeApp
from ....support.accounts import end_everywhere
from ....support.http import EMAIL, PASSWORD, Browser
from ....support.mail import ask_for_link, letters, link_in
from ....support.sql import rows


def addresses(app: Flask) -> list[str]:
    return [row["email"] for row in rows(app, "SELECT email FROM users ORDER BY id")]


def test_an_address_is_kept_in_lower_case(ana: Browser) -> None:
    ana.post(START, data={"email": f" {NEW.upper()}"})
    (letter,) = letters(ana.application)
    ana.get(link_in(letter))
    ana.post(FINISH)
    assert addresses(ana.application) == [NEW]


@pytest.mark.parametrize("email", ["", "nobody", "a@b@example.com", f"{'a' * 250}@example.com"])
def test_an_invalid_new_address_is_refused(ana: Browser, email: str) -> None:
    refused = ana.post(START, data={"email": email})
    assert refused.status_code == 422
    assert 'id="email-error"' in refused.text
    assert not letters(ana.application)


def test_the_audit_trail_knows_that_it_changed_and_no_address(app: Flask, ana: Browser) -> None:
    change_address(ana)
    (event,) = rows(app, "SELECT * FROM events WHERE kind = 'email_changed'")
    assert "example.com" not in str(event)


def test_a_link_works_once_and_looking_at_it_does_not_count(ana: Browser) -> None:
    link = open_link_to(ana)
    assert ana.head(link).status_code == 303
    assert ana.get(FINISH).status_code == 200
    assert ana.post(FINISH).status_code == 303
    for again in (ana.get(link), ana.get(FINISH), ana.post(FINISH)):
        assert again.status_code == 410
        assert f'href="{START}"' in again.text


def test_an_address_link_expires_after_30_minutes(ana: Browser, clock: TimeMachineFixture) -> None:
    link = open_link_to(ana)
    clock.shift(timedelta(minutes=29))
    ana.post("/auth/confirm", data={"password": PASSWORD})
    assert ana.get(FINISH).status_code == 200
    clock.shift(60)
    assert ana.get(link).status_code == 410
    assert ana.post(FINISH).status_code == 410


def test_the_token_leaves_the_address_bar_at_once(ana: Browser) -> None:
    token = open_link_to(ana).rpartition("/")[2]
    assert token not in ana.get(FINISH).text
    assert token not in "".join(ana.jar().values())


def test_an_address_change_revokes_earlier_requests(app: Flask, ana: Browser) -> None:
    other = ask_for_link(ana, START, BOB)
    reset = ask_for_link(Browser(app), "/auth/reset", EMAIL)
    change_address(ana)
    assert ana.get(other).status_code == 410
    assert ana.get(reset).status_code == 410


def test_a_disabled_account_changes_nothing(app: Flask, ana: Browser) -> None:
    link = open_link_to(ana)
    app.test_cli_runner().invoke(args=["user", "disable", EMAIL])
    app.test_cli_runner().invoke(args=["user", "enable", EMAIL])
    ana.login()
    assert ana.get(link).status_code == 410


def test_a_link_opens_only_what_it_was_sent_for(app: Flask, ana: Browser) -> None:
    tokens = {
        "/auth/reset": ask_for_link(ana, "/auth/reset", EMAIL),
        "/auth/register": ask_for_link(ana, "/auth/register", BOB),
        START: ask_for_link(ana, START, NEW),
    }
    for start in (*tokens, f"{START}/undo"):
        for purpose, link in tokens.items():
            token = link.rpartition("/")[2]
            status = ana.get(f"{start}/{token}").status_code
            assert status == (303 if start == purpose else 410), (start, purpose)


def test_a_made_up_token_opens_nothing(ana: Browser) -> None:
    for path in (START, f"{START}/undo"):
        for token in ("x", "..", "%00", "%F0%9F%98%80", "%ff", "x" * 2000, "finish%20"):
            assert ana.get(f"{path}/{token}").status_code == 410, token


def test_every_mail_that_is_asked_for_leaves_at_once(ana: Browser) -> None:
    statuses = [ana.post(START, data={"email": NEW}).status_code for _ in range(6)]
    assert statuses == [200] * 6
    assert len(letters(ana.application)) == 6


def test_without_mail_addresses_stay(ana: Browser, configure: MakeApp) -> None:
    assert START in ana.get("/account/").text
    mute = Browser(configure(mail_server=MailServer("none")))
    mute.login()
    assert START not in mute.get("/account/").text
    for path in (START, f"{START}/x", FINISH, f"{START}/undo/x", f"{START}/undo"):
        assert mute.get(path).status_code == 403
    assert mute.post(START, data={"email": NEW}).status_code == 403


def test_ending_all_sessions_revokes_the_link(app: Flask, ana: Browser) -> None:
    link = open_link_to(ana)
    end_everywhere(app)
    ana.login()
    assert ana.get(link).status_code == 410
