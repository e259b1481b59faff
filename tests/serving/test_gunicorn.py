"""Two workers of gunicorn serve one app: a session, a count, an end for both."""

from __future__ import annotations

import http.client
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from ..support.server import wait_until
from ..support.site import EMAIL
from ..support.site import ONE_AT_A_TIME
from ..support.site import PASSWORD
from ..support.site import SERVED
from ..support.site import TWO_WORKERS
from ..support.site import workers_in
from ..support.template import AUTHS
from ..support.template import SLUG
from ..support.visitor import Answer
from ..support.visitor import Visitor
from ..support.visitor import ask_both_workers
from .conftest import OpenSite

pytestmark = pytest.mark.app

# More than two workers have threads.
KEPT = 140
COOKIE = {"session": f"__Host-{SLUG}-session", "cookie": f"__Host-{SLUG}-auth"}


def read_account(visitor: Visitor) -> Answer:
    return visitor.get("/account/")


@pytest.mark.parametrize("auth", AUTHS)
def test_a_user_made_by_the_operator_logs_in_and_out(
    auth: str, open_site: OpenSite
) -> None:
    site = open_site(auth)
    visitor = Visitor(site.serve(options=ONE_AT_A_TIME).port)

    assert "Log in" in visitor.get("/auth/login").text
    answer = visitor.login(EMAIL, PASSWORD)
    assert (answer.status, answer.location) == (303, "/")
    lines = [line for line in answer.set_cookies if line.startswith(COOKIE[auth])]
    assert [set(line.split("; ")[1:]) for line in lines] == [
        {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    ]
    assert "Hello, Ana" in visitor.get("/").text
    assert ask_both_workers(visitor, read_account) == {200}

    copied = dict(visitor.cookies)
    assert visitor.post("/auth/logout", site="cross-site").status == 403
    assert visitor.get("/account/").status == 200
    assert visitor.post("/auth/logout").status == 303
    assert COOKIE[auth] not in visitor.cookies
    assert "You are not logged in" in visitor.get("/").text
    visitor.cookies = copied
    assert ask_both_workers(visitor, read_account) == {303}


def test_failed_logins_count_whichever_worker_they_reach(open_site: OpenSite) -> None:
    site = open_site("session")
    few = {**SERVED, "LOGIN_ATTEMPTS_PER_ACCOUNT": "5/900"}
    server = site.serve(few, ONE_AT_A_TIME)

    def guess(visitor: Visitor) -> Answer:
        return visitor.login(EMAIL, "a wrong one, but long enough")

    with ThreadPoolExecutor(12) as pool:
        guesses = [pool.submit(guess, Visitor(server.port)) for _ in range(12)]
        answers = [guess.result() for guess in guesses]
    assert Counter(answer.status for answer in answers) == {422: 5, 429: 7}

    assert ask_both_workers(Visitor(server.port), guess) == {429}
    wait_until(lambda: len(workers_in(server.output, "POST /auth/login 429")) == 2)
    waits = {answer.headers["Retry-After"] for answer in answers} - {None}
    assert waits
    assert all(880 < int(wait) <= 900 for wait in waits)
    # One row for the account, one for the address the guesses came from.
    assert site.query("SELECT count FROM throttles") == [(14,), (14,)]
    failed = "SELECT count(*) FROM events WHERE kind = 'login_failed'"
    assert site.query(failed) == [(5,)]
    lines = server.output.splitlines()
    logged = [json.loads(line) for line in lines if line.startswith("{")]
    failures = [entry for entry in logged if entry.get("event") == "login_failed"]
    assert [entry["address"] for entry in failures] == ["127.0.0.1"] * 5
    assert len({entry["request"] for entry in failures}) == 5


def test_it_answers_who_waits_and_then_ends(open_site: OpenSite) -> None:
    server = open_site("session").serve(options=TWO_WORKERS)
    visitor = Visitor(server.port)
    expected = visitor.expected()
    assert visitor.get("/healthz").status == 200

    server.signal()
    wait_until(lambda: "Handling signal: term" in server.output)
    assert expected.get("/healthz").status == 200

    assert server.wait() == 0
    assert "Traceback" not in server.output


def test_connections_that_stay_open_cost_no_thread_and_hold_up_no_end(
    open_site: OpenSite,
) -> None:
    server = open_site("session").serve(options=TWO_WORKERS)
    kept = [http.client.HTTPConnection("127.0.0.1", server.port) for _ in range(KEPT)]
    try:
        for _ in range(2):
            for connection in kept:
                connection.request("GET", "/healthz")
                answer = connection.getresponse()
                assert (answer.status, answer.read()) == (200, b'{"status":"ok"}\n')
                # A proxy asks the next thing on it, sooner or later.
                assert not answer.will_close
        server.signal()
        assert server.wait() == 0
    finally:
        for connection in kept:
            connection.close()
