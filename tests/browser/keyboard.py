"""Use a page by keyboard alone, and see at each step where one is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from playwright.sync_api import Page

# No page has nearly as many places to stop at.
STEPS = 200
FOCUS = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const box = one.getClientRects()[0], style = getComputedStyle(one);
  const x = box.left + box.width / 2, y = box.top + box.height / 2;
  return {
    place: [...document.querySelectorAll('*')].indexOf(one),
    html: one.outerHTML.slice(0, 120),
    x: box.left, y: y + scrollY,
    ringed: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: one.contains(document.elementFromPoint(x, y)),
  };
}"""
STOPS = """() => {
  const all = [...document.querySelectorAll('*')];
  const stops = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
  // Of radio buttons that belong together only one is a stop: the chosen or the first.
  const group = one => [...document.getElementsByName(one.name)];
  const chosen = one => group(one).find(other => other.checked) || group(one)[0];
  return [...document.querySelectorAll(stops)]
    .filter(one => one.type !== 'radio' || one === chosen(one))
    .map(one => all.indexOf(one));
}"""


@dataclass(frozen=True)
class Focus:
    """Where the keyboard is on a page; `seen` if nothing lies over it."""

    place: int
    html: str
    x: float
    y: float
    ringed: bool
    seen: bool


class Keyboard:
    def __init__(self, page: Page) -> None:
        self._page = page

    def tab(self) -> Focus | None:
        """Go to the next stop, None at the end of the page; it has to be seen."""
        self._page.keyboard.press("Tab")
        found = self._page.evaluate(FOCUS)
        if found is None:
            return None
        focus = Focus(**found)
        assert focus.ringed, f"no focus ring: {focus.html}"
        assert focus.seen, f"out of sight: {focus.html}"
        return focus

    def tab_to(self, selector: str) -> None:
        for _ in range(STEPS):
            self.tab()
            if self.is_at(selector):
                return
        raise AssertionError(f"the keyboard never gets to {selector}")

    def is_at(self, selector: str) -> bool:
        return self._page.locator(f"{selector}:focus").count() == 1

    def type(self, text: str) -> None:
        """Write over what is in the field."""
        self._page.keyboard.press("ControlOrMeta+A")
        self._page.keyboard.insert_text(text)

    def press(self, key: str) -> None:
        self._page.keyboard.press(key)

    def enter(self) -> None:
        """Press Enter, and wait for the page that comes."""
        with self._page.expect_navigation():
            self._page.keyboard.press("Enter")

    def fill_in(self, **fields: str) -> None:
        """Type into fields that follow each other, and send the form."""
        for name, text in fields.items():
            if not self.is_at(f"[name={name}]"):
                self.tab_to(f"[name={name}]")
            self.type(text)
        self.enter()


def out_of_order(page: Page) -> list[str]:
    """Tab through a page and return where the keyboard does not go as a reader does.

    That is everywhere, down the page, and along a line from left to right.
    """
    stops = _walk(page)
    found = []
    if [stop.place for stop in stops] != page.evaluate(STOPS):
        found += ["the keyboard gets to:", *(stop.html for stop in stops)]
    for before, after in pairwise(stops):
        if after.y <= before.y and after.x <= before.x:
            found.append(f"{after.html} comes after {before.html}")
    return found


def _walk(page: Page) -> list[Focus]:
    """Go around a whole page; return its stops from the first one."""
    keyboard = Keyboard(page)
    stops: list[Focus] = []
    for _ in range(STEPS):
        focus = keyboard.tab()
        if focus in stops:
            break
        if focus is not None:
            stops.append(focus)
    # A page may begin in a field.
    first = min(range(len(stops)), key=lambda index: stops[index].place)
    return stops[first:] + stops[:first]
