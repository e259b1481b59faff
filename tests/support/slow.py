"""Send forms that never end, as a client does that wants to keep others out."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager

HEAD = (
    "POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n"
    "Sec-Fetch-Site: same-origin\r\n\r\nemail="
)


@contextmanager
def unfinished_forms(port: int, count: int) -> Iterator[list[socket.socket]]:
    """Begin as many forms, and send no more of them."""
    with ExitStack() as connections:
        sent = []
        for _ in range(count):
            client = socket.create_connection(("127.0.0.1", port), timeout=10)
            sent.append(connections.enter_context(client))
            client.sendall(HEAD.encode())
        yield sent


def refused(forms: list[socket.socket]) -> int:
    """Return how many have been answered, before they were sent."""
    answers = 0
    for client in forms:
        client.setblocking(False)
        try:
            answers += client.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 503"
        except BlockingIOError:
            pass
    return answers
