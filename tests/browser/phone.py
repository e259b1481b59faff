"""Give a browser an authenticator, over its developer tools (WebAuthn Level 3, 11)."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

# What a phone with a fingerprint reader is to the browser.
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Phone:
    """An authenticator of the browser; its user agrees at once, or not until asked."""

    def __init__(self, page: Page) -> None:
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.send("WebAuthn.enable")
        self._id = self._send("addVirtualAuthenticator", options=PHONE)

    def agree(self, enabled: bool) -> None:
        name = "setAutomaticPresenceSimulation"
        self._send(name, authenticatorId=self._id, enabled=enabled)

    def _send(self, what: str, **values: Any) -> str:
        answer = self._devtools.send(f"WebAuthn.{what}", values)
        return str(answer.get("authenticatorId", ""))
