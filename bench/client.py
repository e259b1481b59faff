"""Ask a server for one thing, again and again, at as little cost as Python allows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import closing
from itertools import repeat
from time import perf_counter
from urllib.parse import urlencode

from .connection import Connection

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


def get(cookies: str = "", token: str = "") -> bytes:
    """Return the request for the page, as a browser or a program sends it."""
    cookie = f"Cookie: {cookies}\r\n" if cookies else ""
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET / HTTP/1.1\r\n{_HEAD}{cookie}{bearer}\r\n".encode()


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


def cookies_of(answer: bytes, before: str = "") -> str:
    """Return the Cookie header of a browser that had one and was given this answer."""
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    named = (line.partition(": ") for line in head.split("\r\n"))
    given = [text.split(";")[0] for name, _, text in named if name == "Set-Cookie"]
    pairs = (cookie.partition("=") for cookie in (*before.split("; "), *given))
    kept = {name: value for name, _, value in pairs}
    # An empty one is deleted, as browsers do.
    return "; ".join(f"{name}={value}" for name, value in kept.items() if value)


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
        self._cookies = ""
        self.answers = self.failures = self.bytes = 0

    @classmethod
    def of_page(cls, port: int, cookies: str, text: str, token: str = "") -> Burst:
        """Ask for the page as one browser, that keeps the cookies it is given.

        With an old one, each request would be one that renews it.
        """
        burst = cls(port, repeat(get(cookies, token)), 200, text)
        burst._cookies = cookies
        return burst

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
        self.answers += 1
        if not answer.startswith(self._status) or self._text not in answer:
            self.failures += 1
            if not self._counts_failures:
                raise SystemExit(f"Not what was asked for: {answer[:500]!r}")
        if self._cookies and b"\r\nSet-Cookie: " in answer:
            self._cookies = cookies_of(answer, self._cookies)
            self._requests = repeat(get(self._cookies))
        self.bytes = len(answer.partition(b"\r\n\r\n")[2])
