"""A user adds a passkey, logs in with it and confirms with it, in a real browser."""

from __future__ import annotations

import pytest

from .conftest import OpenLive
from .live import LONG
from .live import press
from .live import register
from .phone import Phone

pytestmark = pytest.mark.app


@pytest.mark.parametrize(("auth", "language"), [("session", "en"), ("cookie", "pt_BR")])
def test_a_passkey_is_used_by_keyboard_alone(
    auth: str, language: str, live: OpenLive
) -> None:
    site = live(auth)
    with site.visit(language) as page:
        phone = Phone(page)
        register(page, site, LONG.format(f"passkey-{auth}"), "Ana")
        page.goto("/account/passkeys")
        page.focus("[name=new_name]")
        page.keyboard.type("My phone")
        page.keyboard.press("Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.locator("li h2:has-text('My phone')").wait_for()

        # By the button, while autofill waits: the browser runs one request at a time.
        press(page, "header button")
        phone.agree(False)
        with page.expect_response("**/auth/passkey/options"):
            page.goto("/auth/login?next=/account/")
        # What waits already goes on waiting.
        phone.agree(True)
        page.focus(".passkey button")
        with page.expect_navigation(url="**/account/"):
            page.keyboard.press("Enter")

        page.goto("/auth/confirm?next=/account/password")
        page.focus(".passkey button")
        with page.expect_navigation(url="**/account/password"):
            page.keyboard.press("Enter")

        # By autofill: the user picks the passkey in the field of the address.
        press(page, "header button")
        with page.expect_navigation(url="**/account/"):
            page.goto("/auth/login?next=/account/")
