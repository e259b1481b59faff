"""Every page can be read and used in any size, any light and by keyboard.

The variants share their pages, so visitors go through one, and members through the
other one; test_keyboard.py takes each in the other language.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from playwright.sync_api import Page

from .conftest import OpenLive
from .keyboard import out_of_order
from .live import Live
from .live import keep_only
from .looking import Scheme
from .looking import faults
from .pages import MEMBERS
from .pages import VISITORS
from .pages import Way
from .pages import follow

pytestmark = pytest.mark.app

PAIRS = [("session", "en"), ("cookie", "pt_BR")]


def pairs(first: int) -> pytest.MarkDecorator:
    """Take one of the pairs; the other one takes long, and adds little."""
    taken = [
        pytest.param(
            *pair, id="-".join(pair), marks=[] if n == first else pytest.mark.long
        )
        for n, pair in enumerate(PAIRS)
    ]
    return pytest.mark.parametrize(("auth", "language"), taken)


# What axe sees by day in one language it sees by night in the other. Both count: narrow
# and wide pages have different backgrounds.
LIGHTS: dict[str, dict[int, Scheme]] = {
    "en": {320: "light", 1280: "dark"},
    "pt_BR": {320: "dark", 1280: "light"},
}


@pairs(1)
def test_visitors(auth: str, language: str, live: OpenLive) -> None:
    site = live(auth)
    with site.visit(language) as page:
        assert look_at_all(VISITORS, site, page, language) == {}


@pairs(0)
def test_members(auth: str, language: str, live: OpenLive) -> None:
    site = live(auth)
    with site.visit(language, member=True) as page:
        assert look_at_all(MEMBERS, site, page, language) == {}
        assert page.locator("header .name").count() == 1


def look_at_all(
    ways: Mapping[str, Way], site: Live, page: Page, language: str
) -> dict[str, list[str]]:
    """Return the faults of the pages that have some."""
    at_first = page.context.cookies()
    found = {}
    for name, way in ways.items():
        keep_only(at_first, page.context)
        for number, _station in enumerate(follow(page, site, way)):
            found[f"{name} {number}"] = look_at(page, language)
    return {name: faults for name, faults in found.items() if faults}


def look_at(page: Page, language: str) -> list[str]:
    assert page.get_attribute("html", "lang") == language.replace("_", "-")
    assert page.locator("h1").count() == 1
    assert page.locator("script:not([src])").count() == 0
    return [*faults(page, LIGHTS[language]), *out_of_order(page)]
