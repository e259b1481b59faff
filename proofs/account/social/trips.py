"""Go to a provider and come back, for each purpose."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from my_flask_app.core.db import db

from ....account.social.provider import visit
from ....support.http import Browser
from ....support.sql import meanwhile, rows

CONNECTIONS = "/account/connections"
LOGIN = "/auth/with/acme"
CONNECT = f"{CONNECTIONS}/acme"
CONFIRM = "/auth/confirm/with/acme"
CALLBACK = "/auth/with/acme/callback"
FAILED = "Acme did not confirm who you are. Please try again."
LOST = "That took too long, or began in another browser. Please try again."
BOB = {"sub": "1002", "name": "Bob", "email": "bob@example.com", "email_verified": True}


def leave(browser: Browser, where: str = LOGIN, **form: str) -> str:
    """Return where the provider sends the browser back to."""
    return visit(browser.post(where, data=form))


def arrive(browser: Browser, where: str = LOGIN, **form: str) -> TestResponse:
    """Go to the provider and come back."""
    return browser.get(leave(browser, where, **form))


def flashed(browser: Browser, page: str = "/auth/login") -> str:
    return browser.get(page).text


def connections(app: Flask) -> list[str]:
    found = rows(app, "SELECT subject FROM social_connections ORDER BY subject")
    return [row["subject"] for row in found]


def emails(app: Flask) -> list[str]:
    return [row["email"] for row in rows(app, "SELECT email FROM users ORDER BY email")]


def events(app: Flask, kind: str) -> int:
    return len(rows(app, "SELECT id FROM events WHERE kind = :kind", kind=kind))


def before(patch: pytest.MonkeyPatch, where: object, name: str, work: Callable[[], object]) -> None:
    """Run `work` in another thread before the next call of a function."""
    call, done = getattr(where, name), list[object]()

    def overtaken(*args: Any, **kwargs: Any) -> object:
        if not done:
            done.append(None)
            meanwhile(work)
        return call(*args, **kwargs)

    patch.setattr(where, name, overtaken)


def at_once(*calls: Callable[[], TestResponse]) -> list[int]:
    """Send requests in parallel; return their statuses, sorted."""
    gate = threading.Barrier(len(calls))

    def send(call: Callable[[], TestResponse]) -> int:
        gate.wait()
        return call().status_code

    with ThreadPoolExecutor(len(calls)) as threads:
        return sorted(threads.map(send, calls))


@contextmanager
def writer(app: Flask) -> Iterator[Callable[[], None]]:
    """Return a function that writes on a separate connection, or waits to until the block ends."""
    threads: list[threading.Thread] = []

    def write() -> None:
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text("UPDATE throttles SET count = count + 1"))

    def begin() -> None:
        threads.append(threading.Thread(target=write))
        threads[0].start()
        # It has written by then, unless it has to wait for the request.
        threads[0].join(0.5)

    yield begin
    for thread in threads:
        thread.join()
    assert threads
