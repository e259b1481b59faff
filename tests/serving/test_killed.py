"""Whatever is killed in the middle of whatever: nothing half done, nothing undone.

People log in, change their password and log out, again and again, while first one
worker after the other and then the whole server is killed. What an answer said has to
hold afterwards; of what got no answer either may be so, but not both and not neither.
"""

from __future__ import annotations

import http.client
import operator
import os
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from ..support.server import Server
from ..support.server import wait_until
from ..support.site import EMAIL
from ..support.site import PASSWORD
from ..support.site import SERVED
from ..support.site import TWO_WORKERS
from ..support.template import ALIKE
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

OTHER = "bob@example.com"
MANY = {"LOGIN_ATTEMPTS_PER_ACCOUNT": "9999/9", "LOGIN_ATTEMPTS_PER_ADDRESS": "9999/9"}
KILLINGS = 2
# Its connection was cut, or nobody listened for a moment.
CUT = (OSError, http.client.HTTPException)


class Person:
    """Use an account as one person does, and remember what has been promised."""

    def __init__(self, email: str) -> None:
        self.email = email
        self.password = PASSWORD
        # What was asked for and got no answer.
        self.perhaps: str | None = None
        self.dead: list[dict[str, str]] = []
        self.rounds = 0

    def live(self, port: int, stop: threading.Event) -> None:
        for number in count():
            if stop.is_set():
                return
            try:
                self._go_round(port, f"{PASSWORD} {number}")
            except CUT:
                time.sleep(0.05)

    def _go_round(self, port: int, new: str) -> None:
        self.settle(port)
        here, elsewhere = Visitor(port), Visitor(port)
        for visitor in (here, elsewhere):
            assert visitor.login(self.email, self.password).status == 303
        before = [dict(here.cookies), dict(elsewhere.cookies)]
        self.perhaps = new
        form = {"current_password": self.password, "password": new}
        assert here.post("/account/password", **form).status == 303
        self.password, self.perhaps = new, None
        self.dead += before
        after = dict(here.cookies)
        assert here.post("/auth/logout").status == 303
        self.dead.append(after)
        self.rounds += 1

    def settle(self, port: int) -> None:
        """Find out which of two passwords is the one, if a change got no answer."""
        if self.perhaps is None:
            return
        old, new = (
            Visitor(port).login(self.email, password).status
            for password in (self.password, self.perhaps)
        )
        assert {old, new} == {303, 422}
        self.password = self.password if old == 303 else self.perhaps
        self.perhaps = None


@pytest.mark.parametrize("auth", ALIKE)
def test_what_was_answered_holds(auth: str, open_site: OpenSite) -> None:
    site = open_site(auth)
    site.hash_cheaply()
    site.add_account(SERVED, OTHER)
    people = [Person(email) for email in (EMAIL, OTHER)]
    server = site.serve({**SERVED, **MANY}, TWO_WORKERS)
    stop = threading.Event()
    with ThreadPoolExecutor(len(people)) as threads:
        lives = [threads.submit(one.live, server.port, stop) for one in people]
        for _ in range(KILLINGS):
            wait_for_more(people)
            os.kill(int(workers(server)[-1]), signal.SIGKILL)
        wait_for_more(people)
        server.close()
        stop.set()
    for life in lives:
        life.result()

    port = site.serve({**SERVED, **MANY}).port
    assert site.query("PRAGMA integrity_check") == [("ok",)]
    for one in people:
        one.settle(port)
        assert Visitor(port).login(one.email, one.password).status == 303
        assert one.dead
        for cookies in one.dead:
            thief = Visitor(port)
            thief.cookies = cookies
            assert thief.get("/account/").status == 303


def wait_for_more(people: list[Person]) -> None:
    before = [one.rounds for one in people]
    wait_until(lambda: all(map(operator.gt, (one.rounds for one in people), before)))


def workers(server: Server) -> list[str]:
    return re.findall(r"Booting worker with pid: (\d+)", server.output)
