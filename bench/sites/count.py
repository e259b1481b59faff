"""Print how many queries one request of an app makes: `count MODULE:APP COOKIES`."""

from __future__ import annotations

import sys
import threading
from importlib import import_module

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy import event

REQUESTS = 20
# These bound a transaction; they look nothing up.
NO_QUERY = ("BEGIN", "COMMIT", "ROLLBACK")


def count(app: Flask, cookies: str) -> float:
    queries: list[str] = []

    @event.listens_for(Engine, "before_cursor_execute")
    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        # What other threads do, such as looking for unsent mail, is no request's.
        in_request = threading.current_thread() is threading.main_thread()
        if in_request and not statement.startswith(NO_QUERY):
            queries.append(statement)

    client = app.test_client(use_cookies=False)
    # The first one may ask what the database can do.
    for requests in (1, REQUESTS):
        queries.clear()
        for _ in range(requests):
            assert client.get("/", headers={"Cookie": cookies}).status_code == 200
    return len(queries) / REQUESTS


if __name__ == "__main__":
    module, _, name = sys.argv[1].partition(":")
    print(count(getattr(import_module(module), name), sys.argv[2]))
