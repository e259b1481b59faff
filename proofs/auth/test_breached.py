"""The service for breached passwords learns five digits, and cannot stop anybody."""

import hashlib
import logging
from collections.abc import Callable, Iterator
from threading import Event

import pytest
from flask import Flask

from my_flask_app.auth import passwords
from my_flask_app.core import breached
from my_flask_app.core.db import db

from ...auth.test_hashing import Answer, Service, service as service
from ...conftest import MakeApp
from ...support.accounts import NEW_PASSWORD, change_password, change_user
from ...support.html import needs_portuguese, words_of
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.mail import ask_for_link
from ...support.sql import rows
from ..support.html import assert_in_portuguese

SHA1 = hashlib.sha1(NEW_PASSWORD.encode(), usedforsecurity=False).hexdigest().upper()
REFUSED = "This password is known from a data breach"
WARNING = "the service for breached passwords gave no answer"


@pytest.fixture
def app_that_asks(configure: MakeApp, user: str) -> Flask:
    return configure(refuse_breached_passwords=True)


def is_known(password: str = NEW_PASSWORD) -> bool:
    return breached.is_known(password.encode())


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]


def test_a_password_is_known_if_its_hash_is_in_the_list(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    assert not is_known()
    service.know(NEW_PASSWORD)
    service.lines.append(f"{'F' * 35}:1")
    assert is_known()
    assert not is_known(f"{NEW_PASSWORD}!")
    assert warnings(caplog) == []


def test_a_line_of_padding_is_no_breach(service: Service) -> None:
    service.know(NEW_PASSWORD, 0)
    assert not is_known()


def test_the_service_learns_only_five_digits(service: Service) -> None:
    is_known()
    ((path, headers),) = service.asked
    assert path == f"/range/{SHA1[:5]}"
    assert headers["Add-Padding"] == "true"
    assert headers.keys() == {
        "Accept-Encoding",
        "Add-Padding",
        "Connection",
        "Host",
        "User-Agent",
    }


def test_a_password_is_asked_about_in_one_form(app_that_asks: Flask, service: Service) -> None:
    service.know("cr\u00e8me br\u00fbl\u00e9e o\u00f9 est mon \u00e9t\u00e9")
    with app_that_asks.app_context():
        typed = "cre\u0300me bru\u0302le\u0301e ou\u0300 est mon e\u0301te\u0301"
        assert REFUSED in (passwords.weakness(typed, email=EMAIL, name="Ana") or "")


@pytest.mark.parametrize("password", ["too short", "passwordpassword", "x" * 257])
def test_a_password_that_is_refused_anyway_is_not_asked_about(
    app_that_asks: Flask, service: Service, password: str
) -> None:
    with app_that_asks.app_context():
        assert passwords.weakness(password, email=EMAIL, name="Ana")
    assert service.asked == []


def by_registration(app: Flask) -> str:
    client = Browser(app)
    client.get(ask_for_link(client, "/auth/register", "new@example.com"))
    form = {"name": "New", "password": NEW_PASSWORD}
    return client.post("/auth/register/finish", data=form).text


def by_reset(app: Flask) -> str:
    client = Browser(app)
    client.get(ask_for_link(client, "/auth/reset", EMAIL))
    return client.post("/auth/reset/finish", data={"password": NEW_PASSWORD}).text


def by_change(app: Flask) -> str:
    client = Browser(app)
    client.login()
    form = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    return client.post("/account/password", data=form).text


def by_command(app: Flask) -> str:
    args = ["user", "create", "new@example.com", "--name", "New"]
    return app.test_cli_runner().invoke(args=args, input=f"{NEW_PASSWORD}\n").output


@pytest.mark.parametrize("way", [by_registration, by_reset, by_change, by_command])
def test_every_way_to_a_new_password_asks(
    app_that_asks: Flask,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[[Flask], str],
) -> None:
    """Outside of a transaction, and without a slot that others need to hash."""
    service.know(NEW_PASSWORD)
    ask, held = breached.is_known, list[object]()

    def watched(password: bytes) -> bool:
        held.append((db.session.in_transaction(), passwords.hash_slots._value))
        return ask(password)

    monkeypatch.setattr(breached, "is_known", watched)
    assert REFUSED in way(app_that_asks)
    assert held == [(False, passwords.AT_ONCE)]
    assert len(service.asked) == 1
    assert [row["email"] for row in rows(app_that_asks, "SELECT email FROM users")] == [EMAIL]


def test_a_login_does_not_ask(app_that_asks: Flask, service: Service) -> None:
    service.know(PASSWORD)
    client = Browser(app_that_asks)
    client.login()
    assert client.is_signed_in()
    assert service.asked == []


@pytest.mark.parametrize("status", [301, 302, 404, 429, 500, 503])
def test_an_error_of_the_service_refuses_nothing(
    service: Service, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    service.know(NEW_PASSWORD)
    service.status = status
    assert not is_known()
    assert warnings(caplog) == [f"{WARNING}: ValueError"]


GARBAGE = {
    "nothing": "",
    "a page": "<!doctype html><title>Welcome to our hotel</title>",
    "half a line": SHA1[5:],
    "a list, then a page": f"{SHA1[5:]}:3\r\n<br>",
    "no ASCII": f"{SHA1[5:]}:\N{ARABIC-INDIC DIGIT THREE}",
    "no number": f"{SHA1[5:]}:3e3",
    "a short hash": f"{SHA1[5:-1]}:3",
    "too much": f"{SHA1[5:]}:3\r\n" * (breached.MAX_BYTES // 39 + 1),
}


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
def test_an_answer_that_is_no_list_refuses_nothing(
    service: Service, caplog: pytest.LogCaptureFixture, body: str
) -> None:
    service.lines = [body]
    assert not is_known()
    (warning,) = warnings(caplog)
    assert warning.startswith(WARNING)
    assert SHA1[5:] not in caplog.text


def test_a_service_that_is_away_refuses_nothing(
    app_that_asks: Flask, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.know(NEW_PASSWORD)
    service.shutdown()
    service.server_close()
    client = Browser(app_that_asks)
    client.login()
    assert change_password(client) == 303
    assert f"{WARNING}: ConnectionRefusedError" in warnings(caplog)
    assert NEW_PASSWORD not in caplog.text
    assert SHA1[:5] not in caplog.text.upper()


def test_what_speaks_no_http_refuses_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Answer, "do_GET", lambda answer: answer.wfile.write(b"220 ESMTP\r\n"))
    assert not is_known()
    assert warnings(caplog) == [f"{WARNING}: BadStatusLine"]


@pytest.fixture
def over(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Let the app wait only a moment, and a slow service until the test is over."""
    monkeypatch.setattr(breached, "TIMEOUT_SECONDS", 0.1)
    event = Event()
    yield event
    event.set()


def test_a_silent_service_refuses_nothing(
    service: Service,
    over: Event,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(Answer, "do_GET", lambda answer: over.wait(30))
    assert not is_known()
    assert warnings(caplog) == [f"{WARNING}: TimeoutError"]


def test_a_service_that_answers_letter_by_letter_refuses_nothing(
    service: Service,
    over: Event,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The timeout is for the whole answer: each letter comes within it."""
    line = f"{SHA1[5:]}:3"

    def drip(answer: Answer) -> None:
        for letter in f"HTTP/1.0 200 OK\r\n\r\n{line}":
            if over.wait(0.02):
                return
            answer.wfile.write(letter.encode())

    monkeypatch.setattr(Answer, "do_GET", drip)
    assert not is_known()
    assert warnings(caplog) == [f"{WARNING}: TimeoutError"]


def test_a_redirect_asks_no_other_host(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def redirect(answer: Answer) -> None:
        answer.server.asked.append((answer.path, {}))
        answer.send_response(302)
        answer.send_header("Location", "/elsewhere")
        answer.end_headers()

    monkeypatch.setattr(Answer, "do_GET", redirect)
    assert not is_known()
    assert [path for path, _ in service.asked] == [f"/range/{SHA1[:5]}"]


def test_the_real_service_is_asked_over_tls() -> None:
    assert breached.URL == "https://api.pwnedpasswords.com/range/"


@needs_portuguese
def test_the_refusal_is_translated(app_that_asks: Flask, service: Service) -> None:
    service.know(NEW_PASSWORD)
    with app_that_asks.app_context():
        change_user(EMAIL, language="pt_BR")
    client = Browser(app_that_asks)
    client.login()
    form = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    assert_in_portuguese(words_of(client.post("/account/password", data=form)))
