"""`make run` needs nothing prepared, and shows the mails it would have sent."""

from __future__ import annotations

import re
import shutil

import pytest

from ..support.server import wait_until
from ..support.template import SLUG
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

EMAIL = "ana@example.com"
PASSWORD = "correct horse battery staple"


def test_it_registers_people_with_no_database_no_mail_and_no_https(
    open_site: OpenSite,
) -> None:
    site = open_site("cookie")
    shutil.rmtree(site.folder / "instance")
    server = site.develop()
    visitor = Visitor(server.port)
    link = re.compile(rf"http://localhost:{server.port}(/auth/register/[\w-]+)")

    assert "/dev/mailbox" in visitor.post("/auth/register", email=EMAIL).text
    wait_until(lambda: "Subject: " in server.output)
    shown = link.findall(visitor.get("/dev/mailbox").text)
    assert len(set(shown)) == 1
    # Printed on a line of its own, not wrapped: made to be clicked in a terminal.
    assert any(link.fullmatch(line) for line in server.output.splitlines())
    assert visitor.get("/dev/mailbox", Host="app.example").status == 404

    assert visitor.get(shown[0]).status == 303
    form = {"name": "Ana", "password": PASSWORD}
    answer = visitor.post("/auth/register/finish", **form)
    attributes = {
        line.partition("=")[0]: set(line.split("; ")[1:]) for line in answer.set_cookies
    }
    assert attributes[f"{SLUG}-auth"] == {"HttpOnly", "Path=/", "SameSite=Lax"}
    assert "Hello, Ana" in visitor.get("/").text
