"""Ask a server for one page, again and again, at as little cost as Python allows."""

from __future__ import annotations

import socket
from collections import deque
from time import perf_counter
from urllib.parse import urlencode

# So many wait at the server's door that it never waits for us.
AT_ONCE = 16
# What browsers send with every page they ask for.
_GET = """\
GET / HTTP/1.1
Host: 127.0.0.1
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
Accept-Language: en-US,en;q=0.5
Accept-Encoding: gzip, deflate, br
Connection: keep-alive
Upgrade-Insecure-Requests: 1
Sec-Fetch-Dest: document
Sec-Fetch-Mode: navigate
Sec-Fetch-Site: none
Sec-Fetch-User: ?1
""".replace("\n", "\r\n")


class Client:
    """Hold a browser's cookies; check each answer it is given."""

    def __init__(self, port: int, expected: str) -> None:
        self.cookies: dict[str, str] = {}
        self._port = port
        self._expected = expected.encode()

    def log_in(self, email: str, password: str) -> None:
        body = urlencode({"email": email, "password": password})
        head = "\r\n".join(
            (
                "POST /auth/login HTTP/1.1",
                "Host: 127.0.0.1",
                "Sec-Fetch-Site: same-origin",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
            )
        )
        answer = self._read(self._send(f"{head}\r\n\r\n{body}".encode()))
        if not answer.startswith(b"HTTP/1.1 303"):
            raise SystemExit(f"The login failed: {answer[:200]!r}")

    def burst(self, seconds: float) -> float:
        """Ask for the page for so long; return how many came per second."""
        waiting = deque(self._ask() for _ in range(AT_ONCE))
        done, start = 0, perf_counter()
        while perf_counter() - start < seconds:
            self._check(self._read(waiting.popleft()))
            waiting.append(self._ask())
            done += 1
        elapsed = perf_counter() - start
        for connection in waiting:
            self._check(self._read(connection))
        return done / elapsed

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _ask(self) -> socket.socket:
        cookie = f"Cookie: {self.cookie_header}\r\n" if self.cookies else ""
        return self._send(f"{_GET}{cookie}\r\n".encode())

    def _send(self, request: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=30)
        connection.sendall(request)
        return connection

    def _read(self, connection: socket.socket) -> bytes:
        with connection:
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
        for line in head.split("\r\n"):
            if line.startswith("Set-Cookie: "):
                self._keep(line.removeprefix("Set-Cookie: ").partition(";")[0])
        return answer

    def _keep(self, cookie: str) -> None:
        """Keep it, or delete it when it is empty, as browsers do.

        With the old one, every request from then on would be one that renews.
        """
        name, _, value = cookie.partition("=")
        self.cookies[name] = value
        if not value:
            del self.cookies[name]

    def _check(self, answer: bytes) -> None:
        if not answer.startswith(b"HTTP/1.1 200") or self._expected not in answer:
            raise SystemExit(f"Not the page that was asked for: {answer[:500]!r}")
