"""Development has pages of its own, and cookies that need no https."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page

from ..support.server import wait_until
from ..support.template import SLUG
from .conftest import NewSite
from .live import NAMES
from .live import PASSWORD
from .live import ask_for_link
from .live import press
from .live import submit
from .live import window
from .test_pages import look_at

GUIDE = ("/dev/guide?q1=1", "/dev/guide-length.md")
pytestmark = pytest.mark.app


@pytest.mark.parametrize(
    "language", ["pt_BR", pytest.param("en", marks=pytest.mark.long)]
)
def test_its_pages_and_cookies(
    language: str, browser: Browser, new_site: NewSite
) -> None:
    origin = f"http://localhost:{new_site('cookie').develop(reloading=False).port}"
    with window(browser, origin, language) as page:
        walk_through(page, language)


def test_what_the_browser_blocks_is_in_the_log(
    browser: Browser, new_site: NewSite
) -> None:
    server = new_site("session").develop(reloading=False)
    # Not in a window: its witness would note what the console says.
    with browser.new_page() as page:
        page.goto(f"http://localhost:{server.port}/")
        page.evaluate("document.body.setAttribute('onclick', 'alert(1)')")
        wait_until(lambda: "Content-Security-Policy blocked 'inline'" in server.output)


def walk_through(page: Page, language: str) -> None:
    for path in ("/", "/dev/mailbox", *GUIDE, "/account/"):
        page.goto(path)
        assert look_at(page, language) == []
    email = f"{language.lower()}@example.com"
    ask_for_link(page, "/auth/register", email)
    assert look_at(page, language) == []

    press(page, "main .development a")
    mail = f"article:has-text('{email}')"
    # The mail leaves a moment after the page that says so.
    wait_until(lambda: page.reload() is not None and page.locator(mail).count() == 1)
    assert look_at(page, language) == []
    press(page, f"{mail} a")
    submit(page, name=NAMES[language], password=PASSWORD)
    assert look_at(page, language) == []

    page.goto("/dev/session")
    assert look_at(page, language) == []

    jar = {cookie["name"]: cookie for cookie in page.context.cookies()}
    # The login page has asked for a challenge, to offer passkeys.
    assert set(jar) == {f"{SLUG}-{name}" for name in ("auth", "browser", "ceremony")}
    for cookie in jar.values():
        assert [cookie[name] for name in ("secure", "httpOnly", "sameSite")] == [
            False,
            True,
            "Lax",
        ]
