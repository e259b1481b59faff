"""What the browser keeps, and what it forgets."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from ..support.template import ALIKE
from ..support.template import AUTHS
from ..support.template import SLUG
from .conftest import OpenLive
from .live import PASSWORD
from .live import log_in
from .live import press
from .live import register
from .live import submit

pytestmark = pytest.mark.app

DAY_SECONDS = 24 * 60 * 60
# The one that carries the login, and the other that the variant has.
SESSION = f"__Host-{SLUG}-session"
# These open nothing, and outlive the browser. One knows it again; the other binds the
# challenge of a passkey to it, where the login page has asked for one.
KNOWN = f"__Host-{SLUG}-browser"
CEREMONY = f"__Host-{SLUG}-ceremony"
NAMES = {"session": [SESSION], "cookie": [f"__Host-{SLUG}-auth", SESSION]}


@pytest.mark.parametrize("auth", AUTHS)
def test_the_browser_keeps_a_login_from_scripts_and_from_other_sites(
    auth: str, live: OpenLive
) -> None:
    site = live(auth)
    email = "jar@example.com"
    with site.visit("en") as page:
        page.goto("/auth/register")
        assert page.context.cookies() == []
        register(page, site, email, "Ana")
        jar = page.context.cookies()
        assert {one["name"] for one in jar} <= {KNOWN, CEREMONY, *NAMES[auth]}
        for cookie in jar:
            ends_with_browser = cookie.pop("expires") == -1
            assert ends_with_browser == (cookie.pop("name") not in {KNOWN, CEREMONY})
            del cookie["value"]
            assert cookie == {
                "domain": "localhost",
                "path": "/",
                "httpOnly": True,
                "secure": True,
                "sameSite": "Lax",
            }
        assert page.evaluate("document.cookie") == ""

        press(page, "header button")
        page.goto("/auth/login")
        page.check("[name=remember]")
        submit(page, email=email, password=PASSWORD)
        login = next(
            one for one in page.context.cookies() if one["name"] == NAMES[auth][0]
        )
        assert 6.9 < (login["expires"] - time.time()) / DAY_SECONDS <= 30


@pytest.mark.parametrize("auth", ALIKE)
def test_going_back_shows_nothing_once_a_session_has_ended(
    auth: str, live: OpenLive
) -> None:
    site = live(auth)
    email = "back@example.com"
    with site.visit("en") as page:
        register(page, site, email, "Ana")
        page.goto("/account/")
        assert email in page.inner_text("main")
        press(page, "header button")
        check_going_back(page, email)

        # Ended from elsewhere, so that nothing in this browser has changed.
        log_in(page, email)
        page.goto("/account/")
        page.goto("/")
        with site.visit("en") as other:
            log_in(other, email)
            other.goto("/account/sessions")
            press(other, "main > form button")
        check_going_back(page, email)


def check_going_back(page: Page, email: str) -> None:
    page.go_back()
    assert urlsplit(page.url).path == "/auth/login"
    assert email not in page.content()
