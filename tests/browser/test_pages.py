"""Every page can be read and used in any size, any light and by keyboard.

The variants share their pages, so each takes one language here; it takes the other one
in test_keyboard.py.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from playwright.sync_api import Page

from .conftest import OpenLive
from .keyboard import out_of_order
from .live import Live
from .live import keep_only
from .looking import faults
from .pages import MEMBERS
from .pages import VISITORS
from .pages import Way

pytestmark = pytest.mark.app

PAIRS = [("session", "en"), ("cookie", "pt_BR")]

pairs = pytest.mark.parametrize(("auth", "language"), PAIRS, ids=map("-".join, PAIRS))


@pairs
def test_visitors(auth: str, language: str, live: OpenLive) -> None:
    assert look_at_all(VISITORS, live(auth), language) == {}


@pairs
def test_members(auth: str, language: str, live: OpenLive) -> None:
    assert look_at_all(MEMBERS, live(auth), language, member=True) == {}


def look_at_all(
    pages: Mapping[str, Way], site: Live, language: str, *, member: bool = False
) -> dict[str, list[str]]:
    """Return the faults of the pages that have some."""
    with site.visit(language, member=member) as page:
        at_first = page.context.cookies()
        found = {}
        for name, way in pages.items():
            keep_only(at_first, page.context)
            if isinstance(way, str):
                page.goto(way)
            else:
                way(page, site)
            found[name] = look_at(page, language)
    return {name: faults for name, faults in found.items() if faults}


def look_at(page: Page, language: str) -> list[str]:
    assert page.get_attribute("html", "lang") == language.replace("_", "-")
    assert page.locator("h1").count() == 1
    assert page.locator("script").count() == 0
    return [*faults(page), *out_of_order(page)]
