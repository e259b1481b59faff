"""Ask a server for one thing, again and again, at as little cost as Python allows."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from time import perf_counter
from urllib.parse import urlencode

# So many wait at the server's door that it never waits for us.
AT_ONCE = 4
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
# What browsers send with every page they ask for.
_HEAD = f"""\
Host: 127.0.0.1
User-Agent: {USER_AGENT}
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
Accept-Language: en-US,en;q=0.5
Accept-Encoding: gzip, deflate, br
Connection: keep-alive
Upgrade-Insecure-Requests: 1
Sec-Fetch-Dest: document
Sec-Fetch-Mode: navigate
Sec-Fetch-Site: same-origin
Sec-Fetch-User: ?1
""".replace("\n", "\r\n")


def get(cookies: str) -> bytes:
    """Return the request for the page, as a browser with these cookies sends it."""
    cookie = f"Cookie: {cookies}\r\n" if cookies else ""
    return f"GET / HTTP/1.1\r\n{_HEAD}{cookie}\r\n".encode()


def login(email: str, password: str) -> bytes:
    body = urlencode({"email": email, "password": password})
    return (
        f"POST /auth/login HTTP/1.1\r\n{_HEAD}"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def ask(port: int, request: bytes) -> bytes:
    """Return the answer to one request."""
    with closing(Connection(port)) as connection:
        connection.send(request)
        return connection.read()


def cookies_of(answer: bytes) -> str:
    """Return the Cookie header of a browser that was given this answer."""
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    named = (line.partition(": ") for line in head.split("\r\n"))
    kept = [text.split(";")[0] for name, _, text in named if name == "Set-Cookie"]
    # An empty one is deleted, as browsers do.
    return "; ".join(cookie for cookie in kept if not cookie.endswith("="))


class Burst:
    """Ask a server for so long, and check each answer.

    One that is not as it should be ends the whole run, unless it is to be counted.
    """

    def __init__(
        self,
        port: int,
        requests: Iterator[bytes],
        status: int,
        text: str = "",
        *,
        counts_failures: bool = False,
    ) -> None:
        self._port = port
        self._requests = requests
        self._status = f"HTTP/1.1 {status} ".encode()
        self._text = text.encode()
        self._counts_failures = counts_failures
        self.failures = 0
        self.bytes = 0

    def rate(self, seconds: float, at_once: int = AT_ONCE) -> float:
        """Return how many answers came per second."""
        start = perf_counter()
        return len(self.times(seconds, at_once)) / (perf_counter() - start)

    def times(self, seconds: float, at_once: int = AT_ONCE) -> list[float]:
        """Return how long each answer took; what is under way at the end counts."""
        taken: list[float] = []
        end = perf_counter() + seconds
        waiting = deque(self._begin() for _ in range(at_once))
        while waiting:
            connection, asked_at = waiting.popleft()
            self._check(connection.read())
            taken.append(perf_counter() - asked_at)
            if perf_counter() < end:
                waiting.append(self._go_on(connection))
            else:
                connection.close()
        return taken

    def _begin(self) -> tuple[Connection, float]:
        return self._go_on(Connection(self._port))

    def _go_on(self, connection: Connection) -> tuple[Connection, float]:
        connection.send(next(self._requests))
        return connection, perf_counter()

    def _check(self, answer: bytes) -> None:
        if not answer.startswith(self._status) or self._text not in answer:
            self.failures += 1
            if not self._counts_failures:
                raise SystemExit(f"Not what was asked for: {answer[:500]!r}")
        self.bytes = len(answer.partition(b"\r\n\r\n")[2])


class Connection:
    """Send requests over one connection, and read each answer to its end."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)

    def close(self) -> None:
        self._socket.close()

    def send(self, request: bytes) -> None:
        self._socket.sendall(request)

    def read(self) -> bytes:
        answer = bytearray()
        length = None
        while length is None or len(answer) < length:
            received = self._socket.recv(65536)
            if not received:
                break
            answer += received
            end = answer.find(b"\r\n\r\n")
            if length is None and end >= 0:
                length = end + 4 + _body_length(bytes(answer[:end]))
        return bytes(answer)


def _body_length(head: bytes) -> int:
    found = head.lower().partition(b"content-length: ")[2]
    return int(found.partition(b"\r\n")[0] or 0)
