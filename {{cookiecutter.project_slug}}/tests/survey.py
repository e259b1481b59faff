"""Walk an app and note what a test can ask it: every address, form field and open door."""

import re
from collections import defaultdict
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import NamedTuple

from flask import Flask
from werkzeug.routing import Rule

from .acting import NEW_PASSWORD
from .browser import EMAIL, PASSWORD, Browser
from .crawling import is_ours
from .letters import letters

TYPED = {"email": [EMAIL, "bea@example.com"], "password": [PASSWORD, NEW_PASSWORD]}


class Door(NamedTuple):
    """Name a way in: the pattern of an address, and a method."""

    rule: str
    method: str


class Survey(NamedTuple):
    """Hold what was found; people are the cookies of a browser each."""

    people: list[dict[str, str]]
    doors: list[Door]
    fields: dict[str, list[str]]
    words: list[str]


def survey(app: Flask, origin: str, *, yours: bool) -> Survey:
    """Look around as a visitor, as somebody signed in, and as whoever opens a mail.

    Pages that did not come with the project are left out, unless `yours` asks for them.
    """
    visitor, signed_in = Browser(app, origin=origin), Browser(app, origin=origin)
    signed_in.login()
    browsers = [visitor, signed_in]
    for start, email in [("/auth/register", "bea@example.com"), ("/auth/reset", EMAIL)]:
        visitor.post(start, data={"email": email})
    paths = [path for letter in letters(app) for path in links(letter)]
    for path in paths:
        browsers.append(Browser(app, origin=origin))
        browsers[-1].get(path)
    rules = [rule for rule in app.url_map.iter_rules() if yours or is_ours(rule.endpoint)]
    reader = _Reader()
    for rule in rules:
        if not rule.arguments and "GET" in _methods(rule):
            for browser in browsers:
                reader.feed(browser.get(rule.rule).text)
    words = {piece for path in [*paths, *reader.paths] for piece in (path, *path.split("/"))}
    return Survey(
        people=[browser.jar() for browser in browsers],
        doors=[Door(rule.rule, method) for rule in rules for method in _methods(rule)],
        fields=dict(sorted(reader.fields.items())),
        words=sorted(words | {EMAIL, PASSWORD}),
    )


def _methods(rule: Rule) -> list[str]:
    # These two come by themselves, and run no code that is not run by GET.
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def links(letter: EmailMessage) -> list[str]:
    """Return the paths of the links in a mail."""
    return re.findall(r"https?://[^/\s]+(/\S*)", letter.get_content())


class _Reader(HTMLParser):
    """Collect the fields of forms, with what may stand in them, and all addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = defaultdict(list)
        self.paths: set[str] = set()
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.paths |= {said[name] for name in ("action", "href") if name in said}
        if tag == "select":
            self._select = said.get("name", "")
        name = self._select if tag == "option" else said.get("name", "")
        if tag in {"button", "input", "option", "select", "textarea"} and name:
            found = [said.get("value", "on"), *TYPED.get(said.get("type", ""), ())]
            self.fields[name] = sorted({*self.fields[name], *found})
