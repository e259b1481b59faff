"""List the pages that people see, and how each is come by.

A page is a path. Pages that take some steps, or can be seen once only, are the
stations of a way: it yields at each. What is listed here is looked at in every size and
light, by axe and by keyboard.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator

from playwright.sync_api import Page

from ..support.site import EMAIL
from .live import LONG
from .live import NAMES
from .live import PASSWORD
from .live import Live
from .live import ask_for_link
from .live import code_for
from .live import log_in
from .live import press
from .live import register
from .live import submit
from .phone import Phone

Way = str | Callable[[Page, Live], Iterator[None]]


def follow(page: Page, live: Live, way: Way) -> Iterator[None]:
    """Go to a page, or from one station to the next."""
    if isinstance(way, str):
        page.goto(way)
        yield
    else:
        yield from way(page, live)


def refused(path: str, **fields: str) -> Way:
    """Send the form on a page with something wrong in it."""

    def go(page: Page, live: Live) -> Iterator[None]:
        page.goto(path)
        submit(page, **fields)
        page.locator("[aria-invalid]:focus").wait_for()
        yield

    return go


def mailed_links(page: Page, live: Live) -> Iterator[None]:
    somebody = LONG.format("links")
    ask_for_link(page, "/auth/register", somebody)
    yield
    page.goto(live.link(somebody, "/auth/register"))
    yield
    submit(page, name="Ana", password=PASSWORD)
    yield
    press(page, "header button")
    ask_for_link(page, "/auth/reset", somebody)
    yield
    page.goto(live.link(somebody, "/auth/reset"))
    yield


def two_sessions(page: Page, live: Live) -> Iterator[None]:
    somebody = LONG.format("sessions")
    register(page, live, somebody, "Ana")
    with live.visit("en") as other:
        log_in(other, somebody)
    page.goto("/account/sessions")
    yield
    press(page, "main li button")
    yield


def change_of_address(page: Page, live: Live) -> Iterator[None]:
    before, after = LONG.format("before"), LONG.format("after")
    register(page, live, before, "Ana")
    ask_for_link(page, "/account/email", after)
    yield
    page.goto(live.link(after, "/account/email"))
    yield
    submit(page)
    yield
    page.goto(live.link(before, "/account/email/undo"))
    yield


def second_factor(page: Page, live: Live) -> Iterator[None]:
    somebody = LONG.format("factor")
    register(page, live, somebody, "Ana")
    page.goto("/account/second-factor")
    yield
    submit(page, code=code_for(page.inner_text("main p code")))
    yield
    press(page, "main .actions a")
    yield
    press(page, "header button")
    log_in(page, somebody)
    yield
    submit(page, code="000000")
    yield


def saved(page: Page, live: Live) -> Iterator[None]:
    page.goto("/account/")
    submit(page)
    yield


# Who registers leaves whatever session the browser had: so do these ways.
VISITORS: dict[str, Way] = {
    "home": "/",
    "register": "/auth/register",
    "login": "/auth/login",
    "login refused": refused("/auth/login", email="somebody@example.com", password=""),
    "login on the way": "/account/password",
    "passkey": "/auth/passkey",
    "reset": "/auth/reset",
    "link void": "/auth/register/never-mailed",
    "undo void": "/account/email/undo/never-mailed",
    "mailed links": mailed_links,
    "two sessions": two_sessions,
    "change of address": change_of_address,
    "second factor": second_factor,
}


def passkeys(page: Page, live: Live) -> Iterator[None]:
    Phone(page)
    page.goto("/account/passkeys")
    yield
    page.fill("[name=new_name]", "My phone")
    press(page, ".passkey button")
    page.locator("main li").wait_for()
    yield
    page.goto("/auth/confirm")
    yield


def tokens(page: Page, live: Live) -> Iterator[None]:
    page.goto("/account/tokens")
    submit(page, name=NAMES["en"])
    yield
    press(page, "main .actions a")
    yield


def administration(page: Page, live: Live) -> Iterator[None]:
    language = str(page.get_attribute("html", "lang")).replace("-", "_")
    live.make_administrator(LONG.format(language.lower()))
    page.goto("/admin/")
    submit(page, email="somebody")
    yield
    submit(page, email=EMAIL)
    press(page, "main li a")
    yield
    submit(page)
    page.locator("main [role=status]").wait_for()
    page.goto("/admin/invite")
    submit(page, email=EMAIL)
    yield
    invited = LONG.format("invited")
    submit(page, email=invited)
    page.locator("main li").wait_for()
    yield
    page.goto(live.link(invited, "/auth/invitation"))
    yield


MEMBERS: dict[str, Way] = {
    "home": "/",
    "not found": "/nowhere",
    "account": "/account/",
    "account saved": saved,
    "password": "/account/password",
    "password refused": refused(
        "/account/password", current_password="a wrong one", password="short"
    ),
    "confirm": "/auth/confirm",
    "passkeys": passkeys,
    "sessions": "/account/sessions",
    "activity": "/account/activity",
    "tokens": tokens,
    "email": "/account/email",
    "delete": "/account/delete",
    # From here on the member is an administrator.
    "administration": administration,
}
