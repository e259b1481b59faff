"""Mails leave by real SMTP, outside the request; none is lost while that is away."""

from __future__ import annotations

import pytest

from ..support.mail_sink import MailSink
from ..support.mail_sink import link_in
from ..support.running import tail
from ..support.server import free_port
from ..support.server import wait_until
from ..support.site import ORIGIN
from ..support.site import SERVED
from ..support.template import AUTHS
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

EMAIL = "bob@example.com"
PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "wrong donkey socket clasp"


@pytest.mark.parametrize("auth", AUTHS)
def test_mailed_links_register_and_reset(auth: str, open_site: OpenSite) -> None:
    site = open_site(auth)
    with MailSink() as sink:
        port = site.serve({**SERVED, "MAIL_URL": sink.url}).port
        visitor = Visitor(port)
        link = follow(visitor, sink, "register")
        form = {"name": "Ana", "password": PASSWORD}
        answer = visitor.post("/auth/register/finish", **form)
        assert (answer.status, answer.location) == (303, "/")
        assert "Hello, Ana" in visitor.get("/").text
        assert visitor.get(link).status == 410

        other = Visitor(port)
        follow(other, sink, "reset")
        answer = other.post("/auth/reset/finish", password=NEW_PASSWORD)
        assert (answer.status, answer.location) == (303, "/auth/login")
        assert "You are not logged in" in visitor.get("/").text
        assert other.login(EMAIL, PASSWORD).status == 422
        assert other.login(EMAIL, NEW_PASSWORD).status == 303
        assert "Hello, Ana" in other.get("/").text


def follow(visitor: Visitor, sink: MailSink, purpose: str) -> str:
    """Ask for a mail, open the page that its link leads to, and return the link."""
    assert visitor.post(f"/auth/{purpose}", email=EMAIL).status == 200
    mail = sink.take()
    assert mail["To"] == EMAIL
    assert mail["From"] == "no-reply@app.example"
    link = link_in(mail, ORIGIN)
    assert link.startswith(f"/auth/{purpose}/")
    answer = visitor.get(link)
    assert (answer.status, answer.location) == (303, f"/auth/{purpose}/finish")
    assert EMAIL in visitor.get(answer.location).text
    return link


def test_a_mail_waits_until_there_is_a_server_to_take_it(open_site: OpenSite) -> None:
    site = open_site("session")
    port = free_port()
    settings = {**SERVED, "MAIL_URL": f"smtp://127.0.0.1:{port}"}
    waiting = "SELECT purpose, recipient, attempts FROM outbox"

    server = site.serve(settings)
    assert Visitor(server.port).post("/auth/register", email=EMAIL).status == 200
    # Tried once, written down as waiting again, and told to the log.
    wait_until(lambda: site.query(waiting) == [("register", EMAIL, 1)])
    wait_until(lambda: "mail 1 (register) was not sent" in server.output)
    # Once it is put off, no worker holds it any more.
    put_off = "SELECT held_until < due_at FROM outbox"
    wait_until(lambda: site.query(put_off) == [(1,)])
    server.signal()
    assert server.wait() == 0

    failed = site.run("flask", "mail", "retry", **settings)
    assert failed.returncode != 0, tail(failed)
    assert "Error: Some mails were not sent" in failed.stderr
    assert site.query(waiting) == [("register", EMAIL, 1)]

    with MailSink(port) as sink:
        said = site.flask("mail", "retry", **settings)
        assert said == "1 dealt with, 0 failed\n"
        assert sink.take()["To"] == EMAIL
        assert sink.mails.empty()
    assert site.query(waiting) == []
