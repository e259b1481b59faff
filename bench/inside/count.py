"""Print how many queries one request makes: `count MODULE:APP COOKIES TOKEN`."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from gunicorn.util import import_app
from sqlalchemy import Engine
from sqlalchemy import event
from werkzeug.test import Client

REQUESTS = 20
# These bound a transaction; they look nothing up.
NO_QUERY = ("BEGIN", "COMMIT", "ROLLBACK")


def count(app: str, cookies: str, token: str) -> float:
    queries: list[str] = []

    def note(statement: str) -> None:
        if not statement.startswith(NO_QUERY):
            queries.append(statement)

    site = import_module(app.partition(":")[0])
    listening = getattr(site, "listening", _listening)
    client = Client(import_app(app), use_cookies=False)
    headers = {"Cookie": cookies, "Host": "127.0.0.1"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    # The first one may ask what the database can do.
    for requests in (1, REQUESTS):
        queries.clear()
        with listening(note):
            for _ in range(requests):
                assert client.get("/", headers=headers).status_code == 200
    return len(queries) / REQUESTS


@contextmanager
def _listening(note: Callable[[str], None]) -> Iterator[None]:
    """Tell of each statement that SQLAlchemy makes in this thread."""
    here = threading.current_thread()

    def tell(connection: object, cursor: object, statement: str, *rest: object) -> None:
        # What other threads do, such as looking for unsent mail, is no request's.
        if threading.current_thread() is here:
            note(statement)

    event.listen(Engine, "before_cursor_execute", tell)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", tell)


if __name__ == "__main__":
    print(count(*sys.argv[1:]))
