"""Mails are sent once from an outbox, after the request; the outbox holds no secrets."""

from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import text

from my_flask_app.core import mail
from my_flask_app.core.db import db
from my_flask_app.core.environ import MailServer
from my_flask_app.core.mail.transport import post

from ...conftest import MakeApp
from ...support.http import EMAIL, Browser
from ...support.sql import everything_stored, meanwhile, rows
from ..support.mail import SMTP_HOST, SMTPServer
from ..support.sql import other_writer

WAITING = "SELECT purpose, recipient, attempts, due_at FROM outbox"
CLAIM = "UPDATE outbox SET held_until = held_until + INTERVAL '5 minutes'"
BLOCKED = "SELECT pid FROM pg_stat_activity WHERE :other = ANY(pg_blocking_pids(pid))"
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


def test_a_mail_leaves_after_the_request_and_once(site: Flask, server: SMTPServer) -> None:
    assert len(rows(site, WAITING)) == 1
    assert server.messages == []
    assert deliver(site) == SENT
    assert deliver(site) == NOTHING
    assert len(server.messages) == 1
    assert rows(site, WAITING) == []


def test_a_request_that_is_refused_sends_no_mail(configure: MakeApp, server: SMTPServer) -> None:
    app = configure()
    Browser(app).post("/auth/register", data={"email": "no address"})
    assert rows(app, WAITING) == []


def test_neither_outbox_nor_anything_else_holds_a_token(site: Flask, server: SMTPServer) -> None:
    before = everything_stored(site)
    server.drop = True
    assert deliver(site) == FAILED
    server.drop = False
    site.test_cli_runner().invoke(args=["mail", "retry"])
    (message,) = server.messages
    token = message.get_content().split("/auth/register/")[1].split()[0].encode()
    assert len(token) > 40
    assert token not in before
    assert token not in everything_stored(site)


def test_a_mail_that_one_process_sends_is_skipped_by_others(
    site: Flask, server: SMTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = []

    def post_slowly(message: EmailMessage) -> None:
        monkeypatch.setattr(mail, "post", post)
        others.append(meanwhile(lambda: deliver(site)))
        post(message)

    monkeypatch.setattr(mail, "post", post_slowly)
    assert deliver(site) == SENT
    assert others == [NOTHING]
    assert len(server.messages) == 1


def test_of_two_processes_that_find_a_mail_at_once_one_sends_it(
    site: Flask, server: SMTPServer
) -> None:
    with site.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("on SQLite the second looks when the first is done")
    with ThreadPoolExecutor(max_workers=1) as thread, other_writer(site, CLAIM) as other:
        pid = other.scalar(text("SELECT pg_backend_pid()"))
        late = thread.submit(deliver, site)
        # It has found the mail, and waits for the other's lock.
        while not late.done() and not rows(site, BLOCKED, other=pid):
            pass
        other.commit()
        assert late.result() == NOTHING
    assert server.messages == []


@pytest.mark.parametrize("host", ["evil.example", "app.example:8443"])
def test_links_start_at_the_public_url_whatever_host_the_request_named(
    site: Flask, server: SMTPServer, host: str
) -> None:
    asker = Browser(site, origin=f"https://{host}")
    assert asker.post("/auth/register", data={"email": EMAIL}).status_code == 200
    deliver(site)
    for message in server.messages:
        assert "\nhttps://app.example/auth/register/" in message.get_content()
        assert host not in bytes(message).decode()
