"""Read pages and mails as people do, and tell which of their words are not translated."""

import re
from functools import cache
from html.parser import HTMLParser

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from flask import Flask
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.config import LANGUAGES
from {{ cookiecutter.project_slug }}.core import i18n

from .browser import APP_NAME, Browser

# An app that speaks no Portuguese need not have the texts.
needs_portuguese = pytest.mark.skipif("pt_BR" not in LANGUAGES, reason="LANGUAGES has no pt_BR")
Text = str | list[str] | tuple[str, ...] | None
PLACEHOLDER = r"%\(\w+\)[sd]"
SPOKEN = {"alt", "aria-label", "placeholder", "title"}
# Names of people, things and languages are the same in every language.
NAMES = {APP_NAME, *i18n.NAMES.values(), "Ana"}
# Code is the same in every language as well.
LISTING = r"(?s)<pre><code>.*?</code></pre>"
ADDRESS = r"\S+@\S+|https?://\S+|/dev/\w+"


def asking(app: Flask, accept_language: str) -> Browser:
    """Return a browser that asks for these languages."""
    browser = Browser(app)
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = accept_language
    return browser


def language_of(response: TestResponse) -> str:
    """Return the language that a page says it is in."""
    found = re.search(r'<html\b[^>]*? lang="([^"]+)"', response.text)
    assert found, (
        f"{response.request.path} does not say its language: <html lang=...> as in base.html"
    )
    return found[1].replace("-", "_")


def words_of(response: TestResponse) -> str:
    """Return what a page says, to eyes and to screen readers, piece by piece."""
    return words_in(response.text)


def words_in(html: str) -> str:
    reader = _Reader()
    reader.feed(re.sub(LISTING, "", html))
    return "\n".join(reader.said)


def untranslated(words: str) -> list[str]:
    """Return the lines that are in English, though the Brazilian catalogue translates them.

    What is in no catalogue was not marked, or comes from the database: that is yours to say.
    """
    lines = {line.strip() for line in words.splitlines()} - NAMES - {""}
    translated, original = _catalogue()
    return [line for line in lines if original.fullmatch(line) and not translated.fullmatch(line)]


def assert_in_portuguese(words: str) -> None:
    left = untranslated(words)
    assert not left, (
        f"{left} stands in English on a Portuguese page, though the catalogue translates it: "
        "mark it with _(...)."
    )


class _Reader(HTMLParser):
    """Collect texts; what stands in <code> belongs to the sentence around it.

    What stands in <pre> is code by itself, which nobody translates.
    """

    def __init__(self) -> None:
        super().__init__()
        self.said = [""]
        self._quoting = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "code":
            return
        self._quoting = tag == "pre"
        self.said += [text for name, text in attrs if text and name in SPOKEN]
        self.said.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag != "code":
            self._quoting = False
            self.said.append("")

    def handle_data(self, data: str) -> None:
        if self._quoting:
            return
        # A title may begin with a warning, and ends with the name of the app.
        said = data.replace("Erro: ", "Erro:\n").replace(f" · {APP_NAME}", "")
        self.said[-1] += said


@cache
def _catalogue() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what matches the translations, and what matches the texts themselves."""
    messages: list[Message] = []
    for path in i18n.catalogues("pt_BR"):
        with path.open("rb") as file:
            messages += [message for message in read_po(file, locale="pt_BR") if message.id]
    translated = _matching([message.string for message in messages], ADDRESS)
    # One that begins with a value, as plurals do, would match lines of yours.
    plain = [message.id for message in messages if isinstance(message.id, str)]
    return translated, _matching([text for text in plain if not text.startswith("%(")])


def _matching(texts: list[Text], *patterns: str) -> re.Pattern[str]:
    forms = [form for text in texts for form in ([text] if isinstance(text, str) else text or ())]
    parts = [map(re.escape, re.split(PLACEHOLDER, form)) for form in forms]
    return re.compile("|".join([*patterns, *map(".+".join, parts)]))
