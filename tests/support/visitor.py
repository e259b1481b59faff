"""Visit a server over real HTTP as a browser does, each Set-Cookie line kept raw."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.cookies import SimpleCookie
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"
TIMEOUT_SECONDS = 20
NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    text: str

    @property
    def location(self) -> str:
        return str(self.headers["Location"])

    @property
    def set_cookies(self) -> list[str]:
        return list(self.headers.get_all("Set-Cookie", []))


class Visitor:
    """Keep cookies, and say where a request comes from.

    The cookies are Secure and the server speaks plain HTTP, as it does behind a
    proxy: so they are sent back by hand.
    """

    def __init__(
        self,
        port: int,
        headers: Mapping[str, str] = NO_HEADERS,
        patience: int = TIMEOUT_SECONDS,
    ) -> None:
        self._port = port
        # What it says with every request.
        self._headers = dict(headers)
        self._patience = patience
        self._waiting: http.client.HTTPConnection | None = None
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, site: str = "same-origin", **form: str) -> Answer:
        headers = {"Content-Type": FORM, "Sec-Fetch-Site": site}
        return self._ask("POST", path, urlencode(form), headers)

    def login(self, email: str, password: str) -> Answer:
        return self.post("/auth/login", email=email, password=password)

    def expected(self) -> Visitor:
        """Return a visitor with the same cookies, whose request a worker waits for.

        That worker answers nobody else before: what is asked meanwhile goes to the
        other one.
        """
        twin = Visitor(self._port, self._headers, self._patience)
        twin.cookies = dict(self.cookies)
        twin._waiting = self._connection()
        twin._waiting.connect()
        return twin

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=self._patience
        )

    def _ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> Answer:
        headers = {**headers, **self._headers}
        connection, self._waiting = self._waiting or self._connection(), None
        if self.cookies:
            held = [f"{name}={value}" for name, value in self.cookies.items()]
            headers = {**headers, "Cookie": "; ".join(held)}
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8")
        finally:
            connection.close()
        answer = Answer(response.status, response.headers, text)
        self._keep(answer.set_cookies)
        return answer

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                self.cookies.pop(name, None)
                if morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value


def ask_both_workers(visitor: Visitor, ask: Callable[[Visitor], Answer]) -> set[int]:
    """Ask the same of each of two workers; return the statuses of their answers."""
    expected = visitor.expected()
    return {ask(visitor).status, ask(expected).status}
