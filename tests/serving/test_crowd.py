"""Fifty people log in at the same moment: all get in, and nobody else has to wait."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ..support.server import Server
from ..support.site import EMAIL
from ..support.site import PASSWORD
from ..support.site import SERVED
from ..support.site import TWO_WORKERS
from ..support.visitor import Answer
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

CROWD = 50
MIB = 1024
# What the project's docs promise: what a worker takes by itself, and two passwords.
WORKER_MIB = 128 + 2 * 64


def test_all_get_in_and_pages_are_served_meanwhile(open_site: OpenSite) -> None:
    # In a fork a worker would hold the libraries of all others too.
    site = open_site("session", forked=False)
    enough = {**SERVED, "LOGIN_ATTEMPTS_PER_ACCOUNT": f"{3 * CROWD}/900"}
    server = site.serve(enough, TWO_WORKERS)
    reader = Visitor(server.port)

    def log_in(_: int) -> Answer:
        """Come back when told to: on a slow disk SQLite keeps some waiting too long."""
        answer = Visitor(server.port).login(EMAIL, PASSWORD)
        while answer.status == 503:
            time.sleep(int(answer.headers["Retry-After"]))
            answer = Visitor(server.port).login(EMAIL, PASSWORD)
        return answer

    with ThreadPoolExecutor(CROWD) as pool:
        logins = [pool.submit(log_in, number) for number in range(CROWD)]
        pages = 0
        while not all(login.done() for login in logins):
            assert reader.get("/auth/login").status == 200
            pages += 1
    assert Counter(login.result().status for login in logins) == {303: CROWD}
    # Had it stood in the same queue, one page would have taken as long as all logins.
    assert pages > CROWD / 5

    if sys.platform == "linux":
        for worker in workers(server):
            assert peak_memory(worker) / MIB < WORKER_MIB


def workers(server: Server) -> set[str]:
    found = set(re.findall(r"Booting worker with pid: (\d+)", server.output))
    assert len(found) == 2
    return found


def peak_memory(process: str) -> int:
    """Return the most that a process has held in memory so far, in KiB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0])
