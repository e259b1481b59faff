"""Look at a page as people have it: narrow and wide, by day and by night."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Literal

from playwright.sync_api import Page

Scheme = Literal["light", "dark"]

# 320 is 1280 seen at 400 percent (WCAG 1.4.10), 390 a telephone.
WIDTHS = (320, 390, 1280)
HEIGHT = 800
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# All that it returns beside these would take longer on its way than it does.
RUN_AXE = "options => axe.run(document, options).then(found => found.violations)"
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
  .map(one => one.outerHTML.slice(0, 120))"""


def faults(page: Page, lights: Mapping[int, Scheme]) -> list[str]:
    """Return what is wrong with a page; axe sees it at some widths, each in a light."""
    page.evaluate(AXE)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found += [f"{width}: {fault}" for fault in _too_wide(page)]
        if width in lights:
            page.emulate_media(color_scheme=lights[width])
            found += [f"{width}, {lights[width]}: {fault}" for fault in _axe(page)]
    return found


def _too_wide(page: Page) -> list[str]:
    if not page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        return []
    return ["scrolls sideways", *map(str, page.evaluate(TOO_WIDE))]


def _axe(page: Page) -> list[str]:
    violations = page.evaluate(RUN_AXE, AXE_OPTIONS)
    return [
        f"{rule['id']}: {node['html']}: {node['failureSummary']}"
        for rule in violations
        for node in rule["nodes"]
    ]
