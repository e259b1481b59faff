"""No mail is lost: the app retries it, then keeps it, and an operator can send it."""

import logging
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from time_machine import TimeMachineFixture

from my_flask_app.core import mail
from my_flask_app.core.environ import MailServer
from my_flask_app.core.mail.transport import post

from ...conftest import MakeApp
from ...support.http import EMAIL, Browser
from ...support.sql import rows
from ..support.mail import SMTP_HOST, SMTPServer

WAITING = "SELECT purpose, recipient, attempts, due_at FROM outbox"
NOTHING = (0, 0)
SENT = (1, 0)
FAILED = (0, 1)


@pytest.fixture
def site(configure: MakeApp, server: SMTPServer) -> Flask:
    """Return an app with one mail in its outbox."""
    app = configure(mail_server=MailServer("smtp", SMTP_HOST, server.port))
    Browser(app).post("/auth/register", data={"email": EMAIL})
    return app


def deliver(app: Flask) -> tuple[int, int]:
    with app.app_context():
        return mail.deliver()


def test_a_mail_that_fails_is_put_off_longer_each_time_and_then_given_up(
    site: Flask,
    server: SMTPServer,
    clock: TimeMachineFixture,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.refusal = "550 nobody here"
    assert deliver(site) == FAILED
    assert "was not sent" in caplog.text
    assert "nobody here" in caplog.text
    for wait in (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1)):
        clock.shift(wait - timedelta(seconds=1))
        assert deliver(site) == NOTHING
        clock.shift(1)
        assert "is given up" not in caplog.text
        assert deliver(site) == FAILED
    (given_up,) = [line for line in caplog.records if "given up" in line.message]
    assert given_up.levelno == logging.ERROR

    server.refusal = ""
    clock.shift(timedelta(days=1))
    assert deliver(site) == NOTHING
    (row,) = rows(site, WAITING)
    assert row["due_at"] is None
    assert row["recipient"] == EMAIL


def test_the_operator_can_send_what_was_given_up(
    site: Flask, server: SMTPServer, clock: TimeMachineFixture
) -> None:
    run = site.test_cli_runner()
    server.refusal = "451 later"
    for _ in range(4):
        deliver(site)
        clock.shift(3600)
    done = run.invoke(args=["mail", "retry"])
    assert done.exit_code != 0
    assert "0 dealt with, 1 failed" in done.output
    assert "Some mails were not sent: see the log above." in done.output

    server.refusal = ""
    done = run.invoke(args=["mail", "retry"])
    assert done.exit_code == 0
    assert "1 dealt with, 0 failed" in done.output
    assert len(server.messages) == 1
    assert run.invoke(args=["mail", "retry"]).output == "0 dealt with, 0 failed\n"


def test_a_mail_outlives_the_process_that_was_sending_it(
    site: Flask,
    server: SMTPServer,
    clock: TimeMachineFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def die(message: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(mail, "post", die)
        deliver(site)
    clock.shift(timedelta(minutes=5, seconds=-1))
    assert deliver(site) == NOTHING
    clock.shift(1)
    assert deliver(site) == SENT
    assert len(server.messages) == 1


def test_one_mail_that_fails_does_not_keep_back_the_others(
    site: Flask, server: SMTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    Browser(site).post("/auth/register", data={"email": "bob@example.com"})

    def refuse_ana(message: EmailMessage) -> None:
        if message["To"] == EMAIL:
            raise OSError("no route")
        post(message)

    monkeypatch.setattr(mail, "post", refuse_ana)
    assert deliver(site) == (1, 1)
    assert [message["To"] for message in server.messages] == ["bob@example.com"]


def test_an_app_without_mail_sends_none(app: Flask, configure: MakeApp) -> None:
    Browser(app).post("/auth/register", data={"email": EMAIL})
    assert deliver(configure(mail_server=MailServer("none"))) == FAILED
    assert len(rows(app, WAITING)) == 1
