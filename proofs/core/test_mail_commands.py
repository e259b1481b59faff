"""The mails of a command, a job or a script are sent when its app context ends."""

from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import click
import pytest
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import update

from my_flask_app.auth import accounts
from my_flask_app.core import mail
from my_flask_app.core.db import db, write_unless_busy
from my_flask_app.core.environ import MailServer
from my_flask_app.core.mail.worker import MailWorker
from my_flask_app.models import User

from ...conftest import MakeApp
from ...support.http import EMAIL, Browser, page
from ...support.mail import letters
from ...support.sql import broken_database, meanwhile, rows
from ..support.mail import SMTP_HOST, SMTPServer

WAITING = "SELECT recipient, attempts FROM outbox"


@pytest.fixture
def site(make_app: MakeApp, server: SMTPServer, user: str) -> Flask:
    """Return an app that sends mail."""
    return make_app(mail_server=MailServer("smtp", SMTP_HOST, server.port))


def tell() -> None:
    """Queue a notice, as the owner's code does."""
    user = accounts.find(EMAIL)
    assert user is not None
    mail.notify(user, "password_changed")


def work(app: Flask) -> None:
    """Do the work of a job or a script."""
    with app.app_context():
        tell()
        db.session.commit()


def test_the_mails_of_an_owners_command_leave(site: Flask, server: SMTPServer) -> None:
    @site.cli.command("greet")
    @with_appcontext
    def greet() -> None:
        tell()
        tell()
        db.session.commit()
        click.echo("done")

    done = site.test_cli_runner().invoke(args=["greet"])
    assert (done.exit_code, done.output) == (0, "done\n")
    assert [message["To"] for message in server.messages] == [EMAIL, EMAIL]
    assert rows(site, WAITING) == []


def test_mails_leave_even_if_the_command_fails_later(site: Flask, server: SMTPServer) -> None:
    with pytest.raises(RuntimeError), site.app_context():
        tell()
        db.session.commit()
        raise RuntimeError("after the commit")
    assert len(server.messages) == 1


def test_the_mails_of_a_job_in_a_thread_leave(site: Flask, server: SMTPServer) -> None:
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(work, site).result()
    assert len(server.messages) == 1


def test_uncommitted_work_sends_no_mail(site: Flask, server: SMTPServer) -> None:
    with site.app_context():
        tell()
    with site.app_context():
        tell()
        db.session.flush()
    with site.app_context():
        tell()
        db.session.flush()
        db.session.rollback()
    assert server.messages == []
    assert rows(site, WAITING) == []


def test_no_transaction_is_open_while_they_are_sent(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bool] = []

    def write() -> bool:
        with site.app_context():
            return write_unless_busy(update(User).values(name=User.name))

    monkeypatch.setattr(mail, "post", lambda message: written.append(meanwhile(write)))
    with site.app_context():
        tell()
        db.session.commit()
        # Work after the commit is rolled back, as at the end of any request.
        db.session.execute(update(User).values(name="Undone"))
    assert written == [True]
    assert rows(site, "SELECT name FROM users WHERE name = 'Undone'") == []


def test_a_job_sends_its_own_mails_and_leaves_those_of_others_to_the_app(
    app: Flask, site: Flask, server: SMTPServer
) -> None:
    """There could be many, and their server could be slow."""
    Browser(app).post("/auth/register", data={"email": "bob@example.com"})
    work(site)
    assert [message["To"] for message in server.messages] == [EMAIL]
    assert [letter["To"] for letter in letters(app)] == ["bob@example.com"]


@pytest.mark.parametrize("changes", [{}, {"public_url": None}])
def test_an_operator_is_shown_no_mail(
    app: Flask,
    make_app: MakeApp,
    user: str,
    changes: dict[str, object],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The console belongs to the operator; the running app sends the mail to its mailbox."""
    work(make_app(mail_server=MailServer("console"), **changes))
    assert capsys.readouterr().out == ""
    assert [letter["To"] for letter in letters(app)] == [EMAIL]


def test_a_mail_that_fails_is_logged_and_left_to_the_app(
    site: Flask, server: SMTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.refusal = "451 later"
    work(site)
    assert "was not sent" in caplog.text
    assert rows(site, WAITING) == [{"recipient": EMAIL, "attempts": 1}]


def test_a_server_that_is_away_is_waited_for_once(
    app: Flask, site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def refuse(message: EmailMessage) -> None:
        tried.append(message["To"])
        raise OSError("no route")

    with monkeypatch.context() as patch, site.app_context():
        patch.setattr(mail, "post", refuse)
        for _ in range(3):
            tell()
        db.session.commit()
        # Otherwise the mail would be sent at the end of the context, after the patch.
        assert not mail.deliver_own()
    assert tried == [EMAIL]
    assert len(letters(app)) == 2


def test_a_database_that_goes_away_fails_no_job(
    site: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with broken_database(site, "UPDATE outbox"):
        work(site)
    assert "the outbox could not be read" in caplog.text
    assert rows(site, WAITING) == [{"recipient": EMAIL, "attempts": 0}]


@pytest.mark.parametrize("where", ["in a request", "beside the worker's thread"])
def test_a_running_worker_is_woken_and_the_caller_does_not_wait(
    site: Flask, server: SMTPServer, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(MailWorker, "wake", lambda self: woken.append(where))

    @page(site, public=True)
    def working() -> str:
        work(site)
        return "done"

    if where == "in a request":
        Browser(site).post("/test-working")
    else:
        monkeypatch.setattr(MailWorker, "running", True)
        work(site)
    assert woken
    assert server.messages == []
    assert len(rows(site, WAITING)) == 1


def test_a_mail_is_sent_once(site: Flask, server: SMTPServer) -> None:
    """Two concurrent jobs, and a third one without mails."""
    with ThreadPoolExecutor(max_workers=2) as threads:
        list(threads.map(work, [site, site]))
    with site.app_context():
        pass
    assert len(server.messages) == 2
