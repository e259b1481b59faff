"""A user adds a passkey, logs in with it and confirms with it, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route

from .conftest import OpenLive
from .live import LONG
from .live import press
from .live import register
from .phone import Phone

pytestmark = pytest.mark.app

OPTIONS = "**/auth/passkey/options"


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
        with page.expect_response(OPTIONS):
            page.goto("/auth/login?next=/account/")
        page.focus(".passkey button")
        # Agree when the button has ended the wait: autofill itself would log in.
        held: list[Route] = []
        page.route(OPTIONS, lambda route: held.append(route), times=1)
        with page.expect_request(OPTIONS):
            page.keyboard.press("Enter")
        phone.agree(True)
        with page.expect_navigation(url="**/account/"):
            held.pop().continue_()

        page.goto("/auth/confirm?next=/account/password")
        page.focus(".passkey button")
        with page.expect_navigation(url="**/account/password"):
            page.keyboard.press("Enter")

        # By autofill: the user picks the passkey in the field of the address.
        press(page, "header button")
        with page.expect_navigation(url="**/account/"):
            page.goto("/auth/login?next=/account/")
