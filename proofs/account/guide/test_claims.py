"""What the further pages say about this app is true."""

from datetime import timedelta

import pytest
from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from time_machine import TimeMachineFixture
from werkzeug.test import TestResponse

from my_flask_app.account.guide import explain
from my_flask_app.auth.guards import recent_login_required
from my_flask_app.auth.sessions import active_sessions
from my_flask_app.auth.sessions.limits import ActiveSession
from my_flask_app.config import Settings
from my_flask_app.core.db import db
from my_flask_app.core.environ import Rate
from my_flask_app.models import User

from ....conftest import MakeApp
from ....support.accounts import copy_of
from ....support.http import AUTH, ORIGIN, PASSWORD, SESSION, Browser, page, set_cookies
from ....support.mail import letters
from ....support.sql import rows
from .guides import PAGES, blocks

SPACES = ["\u2000", "\xa0", "\x85", "\ufeff", "\u3000"]
OWN = {"session": SESSION, "cookie": AUTH}[explain.KIND]
THIEF = {"REMOTE_ADDR": "203.0.113.66", "HTTP_USER_AGENT": "Thief/1.0"}


def ask(app: Flask, header: str) -> TestResponse:
    """Ask for the profile with this Cookie header."""
    # WSGI hands the bytes of a header over as Latin-1.
    headers = {"Cookie": header.encode().decode("latin1")}
    client = app.test_client(use_cookies=False)
    return client.get("/account/", base_url=ORIGIN, headers=headers)


def is_signed_in(app: Flask, header: str) -> bool:
    return ask(app, header).status_code == 200


def sessions_of(app: Flask) -> list[ActiveSession]:
    with app.app_context():
        return active_sessions(db.session.scalars(select(User)).one())


@pytest.fixture
def token(client: Browser, user: str) -> str:
    client.login()
    return client.jar()[OWN]


@pytest.mark.parametrize("space", SPACES)
def test_a_space_before_the_prefix_does_not_make_a_cookie_of_the_app(
    app: Flask, token: str, space: str
) -> None:
    assert is_signed_in(app, f"{OWN}={token}")
    assert not is_signed_in(app, f"{space}{OWN}={token}")
    assert not is_signed_in(app, f"{OWN}{space}={token}")
    # Nor does such a twin push out the real one.
    for twins in (f"{space}{OWN}=x; {OWN}={token}", f"{OWN}={token}; {space}{OWN}=x"):
        assert is_signed_in(app, twins)


def test_no_old_syntax_smuggles_a_cookie_in(app: Flask, token: str) -> None:
    for header in (f"$Version=1,{OWN}={token}", f'$Version=1; x="y; {OWN}={token}"'):
        assert not is_signed_in(app, header)
        assert not is_signed_in(app, f"{header}; {OWN}=x")
        assert is_signed_in(app, f"{header}; {OWN}={token}")


def test_a_wrapped_cookie_is_not_found_and_not_shown(app: Flask, token: str) -> None:
    answer = ask(app, f'a="; {OWN}={token}; b="')
    assert answer.location == "/auth/login?next=/account/"
    assert token not in answer.text


def test_the_first_of_two_twins_counts(app: Flask, token: str) -> None:
    assert is_signed_in(app, f"{OWN}={token}; {OWN}=planted")
    assert not is_signed_in(app, f"{OWN}=planted; {OWN}={token}")


def test_no_cookie_is_for_neighbours_or_frames_and_none_outlives_the_cap(
    client: Browser, user: str
) -> None:
    answers = [client.post("/language", data={"language": "en"}), client.login(remember="y")]
    said = [cookie.attributes for answer in answers for cookie in set_cookies(answer)]
    assert not any({"domain", "partitioned"} & attributes.keys() for attributes in said)
    assert {attributes["samesite"] for attributes in said} == {"Lax"}
    longest = max(int(attributes.get("max-age", 0)) for attributes in said)
    assert timedelta(seconds=longest) == timedelta(days=365) < timedelta(days=400)
    assert "frame-ancestors 'none'" in answers[0].headers["Content-Security-Policy"]


@pytest.mark.parametrize("site", ["same-site", "cross-site"])
def test_the_gate_refuses_neighbours_as_it_refuses_strangers(
    client: Browser, user: str, site: str
) -> None:
    client.login()
    form = {"name": "Eve", "language": "en"}
    answer = client.post("/account/", data=form, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403


def test_a_thief_is_no_second_session_and_causes_no_notice(
    app: Flask, client: Browser, user: str, clock: TimeMachineFixture
) -> None:
    client.login()
    (before,), mails = sessions_of(app), len(letters(app))
    clock.shift(timedelta(minutes=5))
    thief = copy_of(client)
    thief.environ_base.update(THIEF)
    assert thief.is_signed_in()
    (after,) = sessions_of(app)
    seen = (before.last_seen, after.last_seen)
    assert after._replace(last_seen=None) == before._replace(last_seen=None)
    assert len(letters(app)) == mails
    if explain.KIND == "cookie":
        assert seen == (None, None)
    else:
        assert seen[0] and seen[1] and seen[0] < seen[1]


def test_a_copy_passes_a_question_only_while_the_last_proof_is_recent(
    make_app: MakeApp, user: str, clock: TimeMachineFixture
) -> None:
    app = make_app()

    @page(app)
    @recent_login_required
    def vault() -> ResponseReturnValue:
        return "gold"

    ana = Browser(app)
    ana.login()
    thief = copy_of(ana)
    assert thief.get("/test-vault").text == "gold"
    clock.shift(timedelta(minutes=10))
    assert thief.get("/test-vault").location == "/auth/confirm?next=/test-vault"
    ana.post("/auth/confirm", data={"password": PASSWORD})
    assert ana.get("/test-vault").text == "gold"
    assert not thief.is_signed_in()


def test_a_new_password_needs_the_old_one_and_ends_every_copy(client: Browser, user: str) -> None:
    client.login()
    thief = copy_of(client)
    new = "another correct horse battery"
    assert thief.post("/account/password", data={"password": new}).status_code == 422
    form = {"current_password": PASSWORD, "password": new}
    assert client.post("/account/password", data=form).status_code == 303
    assert client.is_signed_in()
    assert not thief.is_signed_in()


def test_the_app_does_not_bind_sessions_to_devices_yet(client: Browser, user: str) -> None:
    assert not [name for name, _ in client.login().headers if name.startswith("Secure-Session")]


def test_ids_have_128_random_bits(app: Flask, client: Browser, user: str) -> None:
    client.login()
    (account,) = rows(app, "SELECT public_id FROM users")
    (session,) = sessions_of(app)
    for name in (account["public_id"], session.handle):
        assert len(bytes.fromhex(str(name))) * 8 == 128


def test_the_limits_in_the_pages_are_the_defaults() -> None:
    hours, days = 60 * 60, 24 * 60 * 60
    assert Settings.login_attempts_per_account == Rate(10, 15 * 60)
    assert Settings.reauthentication_seconds == 10 * 60
    assert (Settings.session_idle_seconds, Settings.session_absolute_seconds) == (1800, 12 * hours)
    assert Settings.remember_idle_seconds == 7 * days
    assert Settings.remember_absolute_seconds == 30 * days
    # A level of NIST: a day in any case, an hour without use.
    assert Settings.session_idle_seconds <= hours
    assert Settings.session_absolute_seconds <= days


def test_the_one_line_of_sudo_mode_asks_for_the_password() -> None:
    (shown,) = [b.text for b in blocks(PAGES["guide-length.md"]) if b.text.startswith("@")]
    names = {
        "bp": Blueprint("payments", __name__),
        "recent_login_required": recent_login_required,
        "ResponseReturnValue": ResponseReturnValue,
    }
    exec(shown, names)  # noqa: S102
    assert "checks" in vars(vars(names["payout"])["__wrapped__"])
