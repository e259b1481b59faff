"""In a real browser, a user goes to a provider on another site and comes back."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import expect

from ..support import openid
from ..support.openid import OpenID
from ..support.server import free_port
from ..support.site import SERVED
from ..support.site import Site
from ..support.template import SLUG
from .conftest import NewSite
from .live import TIMEOUT_SECONDS
from .live import press

pytestmark = pytest.mark.app

NAME = "acme"
LOGIN = f"/auth/with/{NAME}"
CALLBACK = f"{LOGIN}/callback"
POSTS = {"SOCIAL_ACME_ANSWER": "post"}
# Our page, which goes on by itself; and what would go on without it.
LEAVING = 'return render_template("social/go_on.html", url=url), {"Refresh": '
CODE = f"{SLUG}/account/social/login.py"

Serve = Callable[..., "Trusting"]


class Trusting:
    """A served site at localhost, and the provider that it trusts at 127.0.0.1."""

    def __init__(self, site: Site, folder: Path, own: dict[str, str]) -> None:
        port = free_port()
        self.origin = f"http://localhost:{port}"
        self.provider = OpenID(folder, f"{self.origin}{CALLBACK}")
        known = {**self.provider.settings(NAME), **own, "PUBLIC_URL": self.origin}
        site.serve({**SERVED, **known}, port=port)

    def sign_in(self, page: Page, name: str) -> None:
        """Sign in at the provider, and agree the first time."""
        page.wait_for_url(f"{self.provider.issuer}/interaction/*")
        page.fill("[name=login]", name)
        page.fill("[name=password]", "x")
        press(page, "button[type=submit]")
        if "/interaction/" in page.url:
            press(page, "button[type=submit]")


@pytest.fixture
def serve(
    new_site: NewSite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serve]:
    """Return a function that serves a site of a kind, changed before it starts."""
    openid.needed()
    served: list[Trusting] = []

    def start(auth: str, change: str = "", **own: str) -> Trusting:
        site = new_site(auth)
        if change:
            file = site.folder / CODE
            text = file.read_text(encoding="utf-8")
            assert text.count(LEAVING) == 1
            file.write_text(text.replace(LEAVING, f"{change}\n    {LEAVING}"))
        served.append(Trusting(site, tmp_path_factory.mktemp("provider"), own))
        return served[-1]

    yield start
    for one in served:
        one.provider.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en")
    context.set_default_timeout(TIMEOUT_SECONDS * 1000)
    yield context.new_page()
    context.close()


# The other two, test_openid.py goes through without a browser.
@pytest.mark.parametrize(
    ("auth", "own"),
    [
        pytest.param("session", {}, id="session-redirects"),
        pytest.param("cookie", POSTS, id="cookie-posts"),
        pytest.param("cookie", {}, id="cookie-redirects", marks=pytest.mark.long),
        pytest.param("session", POSTS, id="session-posts", marks=pytest.mark.long),
    ],
)
def test_a_user_registers_logs_in_and_confirms(
    auth: str, own: dict[str, str], serve: Serve, page: Page
) -> None:
    site = serve(auth, **own)
    posted: list[str | None] = []
    page.on("request", lambda one: posted.append(one.url) if one.post_data else None)
    page.goto(f"{site.origin}/auth/login?next=/account/")
    page.click(f"button[formaction='{LOGIN}']")
    site.sign_in(page, "zoe")
    page.wait_for_url(f"{site.origin}/account/")
    assert page.input_value("[name=name]") == "zoe"
    came_by_post = f"{site.origin}{CALLBACK}" in posted
    assert came_by_post == (own == POSTS)

    # Logged out here, and known there.
    press(page, "header button")
    page.goto(f"{site.origin}/auth/login?next=/account/email")
    page.click(f"button[formaction='{LOGIN}']")
    page.wait_for_url(f"{site.origin}/auth/confirm?next=/account/email")
    page.click(f"button[formaction='/auth/confirm/with/{NAME}']")
    site.sign_in(page, "zoe")
    page.wait_for_url(f"{site.origin}/account/email")


def test_a_redirect_would_be_stopped(serve: Serve, page: Page) -> None:
    """The policy `form-action` covers where a form is redirected; so we show a page."""
    site = serve("session", change="return redirect(url, 303)")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{site.origin}/auth/login")
    page.click(f"button[formaction='{LOGIN}']")
    page.wait_for_event("console") if not said else None
    assert any("form-action" in text for text in said), said
    assert page.url == f"{site.origin}/auth/login"


def test_an_answer_by_post_brings_no_cookie_of_ours(serve: Serve, page: Page) -> None:
    """So our page goes on with a request of our own (SameSite)."""
    site = serve("session", **POSTS)
    sent: list[dict[str, str]] = []

    page.on(
        "requestfinished",
        lambda one: (
            sent.append(one.all_headers())
            if one.url.startswith(f"{site.origin}{CALLBACK}")
            else None
        ),
    )
    page.goto(f"{site.origin}/auth/login")
    page.click(f"button[formaction='{LOGIN}']")
    site.sign_in(page, "zoe")
    expect(page).to_have_url(f"{site.origin}/")
    posted, followed = sent
    assert "cookie" not in posted
    assert posted["sec-fetch-site"] == "cross-site"
    assert f"__Host-{SLUG}-ceremony" in followed["cookie"]
    assert followed["sec-fetch-site"] == "same-origin"
