"""Read pages as people and browsers do, and open every page."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from typing import NamedTuple

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from {{ cookiecutter.project_slug }}.account import PARTS
from {{ cookiecutter.project_slug }}.config import LANGUAGES

from .http import APP_NAME, Browser

# An app without Portuguese does not need the translations.
needs_portuguese = pytest.mark.skipif("pt_BR" not in LANGUAGES, reason="LANGUAGES has no pt_BR")
SPOKEN = {"alt", "aria-label", "placeholder", "title"}
# Code is the same in every language.
LISTING = r"(?s)<pre><code>.*?</code></pre>"

Tag = tuple[str, dict[str, str]]
VALUES = ("1", "1.5", "00000000-0000-4000-8000-000000000001")
# Open at most this many pages whose addresses differ only in numbers.
MOST_ALIKE = 9
# The blueprints of the project; all other pages are yours.
OURS = {"account", "auth", "confirm", "dev", "language", "register", "reset", *PARTS}


def asking(app: Flask, accept_language: str) -> Browser:
    """Return a browser that asks for these languages."""
    browser = Browser(app)
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = accept_language
    return browser


def language_of(response: TestResponse) -> str:
    """Return the language that a page declares."""
    found = re.search(r'<html\b[^>]*? lang="([^"]+)"', response.text)
    assert found, (
        f"{response.request.path} declares no language: extend base.html, or add <html lang>."
    )
    return found[1].replace("-", "_")


def words_of(response: TestResponse) -> str:
    """Return the texts of a page for eyes and screen readers, one per line."""
    return words_in(response.text)


def words_in(html: str) -> str:
    reader = _TextReader()
    reader.feed(re.sub(LISTING, "", html))
    return "\n".join(reader.said)


class _TextReader(HTMLParser):
    """Collect texts; text in <code> belongs to the sentence around it.

    Text in <pre> is code, which is not translated.
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
        # A title can begin with a warning, and it ends with the name of the app.
        said = data.replace("Erro: ", "Erro:\n").replace(f" · {APP_NAME}", "")
        self.said[-1] += said


def is_ours(endpoint: str) -> bool:
    return endpoint.partition(".")[0] in OURS


def addresses(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield each rule with an address that it matches, if one can be guessed."""
    urls = app.url_map.bind("")
    for rule in app.url_map.iter_rules():
        for value in VALUES:
            # A converter refuses values of another type.
            with suppress(ValueError):
                path = urls.build(rule.endpoint, dict.fromkeys(rule.arguments, value))
                if urls.test(path, next(iter(rule.methods or ()))):
                    yield rule, path
                    break


class Page(NamedTuple):
    """A page with all its tags; attributes are unescaped, as in browsers."""

    path: str
    text: str
    tags: list[Tag]
    policy: str

    def targets(self) -> list[tuple[str, str]]:
        """Return the method and the address of each link, file and form."""
        found = []
        for name, attributes in self.tags:
            method = attributes.get("method", "get").upper() if name == "form" else "GET"
            # A form without an address posts to its own page.
            addresses = {"action": self.path} if name == "form" else {}
            for key in ("href", "src", "action", "formaction"):
                if key in attributes:
                    addresses[key] = attributes[key]
            found += [(method, address) for address in addresses.values()]
        return found


def crawl(browser: Browser, *starts: str) -> list[Page]:
    """Return every page that a browser can open, including those behind links."""
    waiting = [*starts]
    alike: Counter[str] = Counter()
    for rule in browser.application.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and not rule.arguments:
            waiting.append(rule.rule)
    seen: dict[str, Page] = {}
    while waiting:
        path = waiting.pop().partition("#")[0]
        if not path.startswith("/") or path in seen:
            continue
        # The pages of a calendar lead to further ones without end.
        kind = re.sub("[0-9]+", "0", path)
        alike[kind] += 1
        if alike[kind] > MOST_ALIKE:
            continue
        answer = _open(browser, path)
        html = answer.get_data() if answer.mimetype == "text/html" else b""
        # A page of yours may have another encoding.
        text = html.decode(errors="replace")
        answer.close()
        seen[path] = page = read(path, text, answer.headers.get("Content-Security-Policy", ""))
        waiting += [address for method, address in page.targets() if method == "GET"]
    return [page for page in seen.values() if page.tags]


def read(path: str, text: str, policy: str = "") -> Page:
    reader = _TagReader()
    reader.feed(text)
    return Page(path, text, reader.tags, policy)


def _open(browser: Browser, path: str) -> TestResponse:
    try:
        # Not buffered: a stream of events never ends.
        answer = browser.get(path, buffered=False)
    except Exception as error:
        error.add_note(f"Make GET {path} work without a query: all pages are opened this way.")
        raise
    assert answer.status_code < 500, (
        f"GET {path} answers {answer.status_code}: make it work without a query, because the tests "
        "open every page this way."
    )
    return answer


class _TagReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[Tag] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))


class Form(NamedTuple):
    action: str
    fields: dict[str, str]


def forms_on(shown: Page) -> list[Form]:
    """Return the forms of a page that carry the account's mark, with their fields."""
    found: list[Form] = []
    for tag, attributes in shown.tags:
        if tag == "form":
            found.append(Form(attributes.get("action", shown.path), {}))
        elif tag == "input" and found and "name" in attributes:
            found[-1].fields[attributes["name"]] = attributes.get("value", "")
    return [form for form in found if "made_for" in form.fields]


def form_at(client: Browser, path: str) -> Form:
    (form,) = forms_on(read(path, client.get(path).text))
    return form
