"""Note what no page may do: complain, break its own policy, ask another host."""

from __future__ import annotations

from playwright.sync_api import BrowserContext
from playwright.sync_api import ConsoleMessage
from playwright.sync_api import Request
from playwright.sync_api import Response


class Witness:
    """Listen to all pages of a context from the first to the last."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self._origin = origin
        self._said: list[tuple[str, str]] = []
        self._elsewhere: list[str] = []
        self._refused: set[str] = set()
        context.on("console", self._hear)
        context.on("weberror", lambda error: self._said.append(("", str(error.error))))
        context.on("request", self._follow)
        context.on("response", self._keep_refusal)

    def check(self) -> None:
        """Fail if there was anything to note."""
        said = [
            text
            for url, text in self._said
            # A refused form is answered 422, and the browser always says so.
            if not (text.startswith("Failed to load") and url in self._refused)
        ]
        assert not said, said
        assert not self._elsewhere, self._elsewhere

    def _hear(self, message: ConsoleMessage) -> None:
        # What breaks the content security policy is said here too.
        if message.type in {"error", "warning"}:
            self._said.append((message.location["url"], message.text))

    def _follow(self, request: Request) -> None:
        if not request.url.startswith(f"{self._origin}/"):
            self._elsewhere.append(request.url)

    def _keep_refusal(self, response: Response) -> None:
        if response.request.is_navigation_request() and 400 <= response.status < 500:
            self._refused.add(response.url)
