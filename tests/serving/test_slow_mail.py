"""A mail server that keeps silent holds up the mail, and nobody else."""

from __future__ import annotations

import socket

import pytest

from ..support.server import wait_until
from ..support.site import SERVED
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

EMAIL = "ana@example.com"


def test_pages_are_answered_and_the_server_ends_meanwhile(open_site: OpenSite) -> None:
    site = open_site("session")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        server = site.serve({**SERVED, "MAIL_URL": url})
        visitor = Visitor(server.port)
        assert visitor.post("/auth/register", email=EMAIL).status == 200
        conversation, _ = silent.accept()
        with conversation:
            assert visitor.get("/auth/login").status == 200
            assert visitor.post("/auth/register", email="bob@example.com").status == 200
            server.signal()
            assert server.wait() == 0
    # Neither is lost: the one under way is due again, the other still is.
    waiting = "SELECT recipient FROM outbox WHERE due_at IS NOT NULL ORDER BY id"
    wait_until(lambda: len(site.query(waiting)) == 2)
    assert site.query(waiting) == [(EMAIL,), ("bob@example.com",)]
