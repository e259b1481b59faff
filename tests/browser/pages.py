"""List the pages that people see, and how each is come by.

A page is a path, or a function for one that takes some steps. What is listed here is
looked at in every size and light, by axe, and by keyboard.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from .live import LONG
from .live import Live
from .live import ask_for_link
from .live import register
from .live import submit

Way = str | Callable[[Page, Live], None]

STRANGER = LONG.format("stranger")


def refused(path: str, **fields: str) -> Way:
    """Send the form on a page with something wrong in it."""

    def go(page: Page, live: Live) -> None:
        page.goto(path)
        submit(page, **fields)
        assert page.locator("[aria-invalid]:focus").count() == 1, page.content()

    return go


def asked(path: str) -> Way:
    return lambda page, live: ask_for_link(page, path, STRANGER)


def finish_register(page: Page, live: Live) -> None:
    asked_for = LONG.format("finish")
    ask_for_link(page, "/auth/register", asked_for)
    page.goto(live.link(asked_for, "/auth/register"))


def finish_reset(page: Page, live: Live) -> None:
    somebody = LONG.format("reset")
    register(page, live, somebody, "Ana")
    ask_for_link(page, "/auth/reset", somebody)
    page.goto(live.link(somebody, "/auth/reset"))


def saved(page: Page, live: Live) -> None:
    page.goto("/account/")
    submit(page)


VISITORS: dict[str, Way] = {
    "home": "/",
    "register": "/auth/register",
    "register refused": refused("/auth/register", email="nobody"),
    "register asked": asked("/auth/register"),
    "register finish": finish_register,
    "login": "/auth/login",
    "login refused": refused("/auth/login", email=STRANGER, password="a wrong one"),
    "login on the way": "/account/password",
    "reset": "/auth/reset",
    "reset asked": asked("/auth/reset"),
    "reset finish": finish_reset,
    "link void": "/auth/register/never-mailed",
}
MEMBERS: dict[str, Way] = {
    "home": "/",
    "not found": "/nowhere",
    "account": "/account/",
    "account refused": refused("/account/", name=""),
    "account saved": saved,
    "password": "/account/password",
    "password refused": refused(
        "/account/password", current_password="a wrong one", password="short"
    ),
    "confirm": "/auth/confirm",
    "confirm refused": refused("/auth/confirm", password="a wrong one"),
}
