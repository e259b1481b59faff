"""A worker of huey delivers the mails, as the project's docs/seams.md says."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ..support.environment import apart
from ..support.environment import python
from ..support.mail_sink import MailSink
from ..support.mail_sink import link_in
from ..support.recipes import follow
from ..support.recipes import read
from ..support.running import must
from ..support.server import Server
from ..support.server import wait_until
from ..support.site import ORIGIN
from ..support.site import SERVED
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

EMAIL = "bob@example.com"
WORKER = ("-m", "huey.bin.huey_consumer", "wsgi.queue")


def test_huey_delivers_mails_and_holds_none(
    open_site: OpenSite, env: dict[str, str]
) -> None:
    site = open_site("session", "all")
    seam = read(site.folder / "docs" / "seams.md")[-1]
    assert "`.venv/bin/huey_consumer wsgi.queue`" in seam.text
    follow(site.folder, seam, lambda line: None)
    (site.folder / "huey").symlink_to(apart("huey==3.5.4") / "huey")
    queue = site.folder / "instance" / "huey.sqlite"
    # The commands that cure bad settings need no queue, and make none.
    must(site.run("flask", "doctor", "--help"))
    assert not queue.exists()

    with MailSink() as sink:
        settings = {**SERVED, "MAIL_URL": sink.url}
        visitor = Visitor(site.serve(settings).port)
        assert visitor.post("/auth/register", email=EMAIL).status == 200
        wait_until(lambda: tasks(queue) == 1)
        assert site.query("SELECT attempts FROM outbox") == [(0,)]
        written = [file.read_bytes() for file in queue.parent.glob("huey.sqlite*")]
        assert EMAIL.encode() not in b"".join(written)

        worker = Server(site.folder, [str(python()), *WORKER], 0, {**env, **settings})
        with closing(worker):
            link = link_in(sink.take(), ORIGIN)
            assert visitor.get(link).location == "/auth/register/finish"
            assert visitor.post("/auth/reset", email="ana@example.com").status == 200
            assert sink.take()["To"] == "ana@example.com"
            wait_until(lambda: site.query("SELECT id FROM outbox") == [])


def tasks(queue: Path) -> int:
    with closing(sqlite3.connect(queue, timeout=5)) as connection:
        found = connection.execute("SELECT count(*) FROM task").fetchone()
    return int(found[0])
