"""Draw and send requests that no browser makes, and check the responses."""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from email.message import EmailMessage
from html.parser import HTMLParser
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote, urlencode

from flask import Flask
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from my_flask_app.core.db import Base, db

from ...support.accounts import NEW_PASSWORD
from ...support.html import is_ours
from ...support.http import ALWAYS, EMAIL, ORIGIN, PASSWORD, Browser
from ...support.mail import letters
from ...support.sql import empty_tables

# If unescaped, it would show up as a tag or an attribute.
MARK = "zz9"
LEADING = {"action", "formaction", "href", "src"}

TYPED = {"email": [EMAIL, "bea@example.com"], "password": [PASSWORD, NEW_PASSWORD]}

NASTY = [
    *(f"\"'><{MARK} {MARK}=1>", f"javascript:{MARK}", f"%({MARK})s", "%s%n"),
    *("", "\0", "a\0b", "\ud800", "\x7f\x1b[2J", "\u2028", "\u0130", "\N{PILE OF POO}" * 20),
    *("-1", "9" * 40, str(2**63), "1e400", "nan", "a" * 300, "../../etc/passwd", "%00%ff"),
    *("//[", "http://[", "//evil.example", "/\\evil.example", "a@b", "a@[::1]", "a@xn--a.example"),
]
SAID = [
    *("application/json", "text/html;q=nan, */*;q=-1", "en;q=1e400, pt-BR;q=x", "x-y-z"),
    *("multipart/form-data; boundary=", "application/x-www-form-urlencoded; charset=utf-16"),
    *("[::1", "[1:2.3.]:80", "evil.example:99999", "http", "127.0.0.1, ::1, unix:", "[1::]:8"),
    *("same-site", "null", "https://app.example", "bytes=9-1", 'W/"', "Mon, 99 Foo 2020"),
    *("99999999", "chunked", "100-continue", "gzip"),
]
HEADERS = [
    *("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_HOST", "HTTP_USER_AGENT", "HTTP_REFERER"),
    *("HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_RANGE", "HTTP_IF_NONE_MATCH"),
    *("HTTP_IF_MODIFIED_SINCE", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"),
    *("HTTP_X_FORWARDED_HOST", "HTTP_TRANSFER_ENCODING", "CONTENT_LENGTH", "CONTENT_TYPE"),
]
BODIES = ("form", "form", "form", "multipart", "json", "torn", "none")
Pairs = list[tuple[bytes, bytes]]
Words = SearchStrategy[bytes]

USUAL = {"REMOTE_ADDR": "127.0.0.1", "HTTP_SEC_FETCH_SITE": "same-origin"}


class Kept:
    """Every row of every table."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        with app.app_context(), db.engine.connect() as connection:
            self._rows = {
                table: [row._asdict() for row in connection.execute(select(table))]
                for table in Base.metadata.sorted_tables
            }

    def put_back(self) -> None:
        empty_tables(self._app)
        with self._app.app_context(), db.engine.begin() as connection:
            for table, rows in self._rows.items():
                if rows:
                    connection.execute(table.insert(), rows)


def check(answer: TestResponse) -> None:
    asked = f"{answer.request.method} {answer.request.path}"
    assert answer.status_code < 500, f"{asked} answers {answer.status_code}: see the log above"
    missing = {*ALWAYS, "Content-Security-Policy"} - {*answer.headers.keys()}
    assert not missing, f"{asked} came without {missing}: change a header, but do not remove it"
    assert "Traceback (most recent call last)" not in answer.text, f"{asked} shows a traceback"
    if answer.mimetype == "text/html" and MARK in answer.text:
        _MarkReader(asked).feed(answer.text)


class _MarkReader(HTMLParser):
    """Find markup that a request sent: none of ours has the mark."""

    def __init__(self, asked: str) -> None:
        super().__init__()
        self._asked = asked

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert MARK not in {tag, *dict(attrs)}, (
            f"{self._asked} shows what was sent as markup: take out |safe or Markup(...)."
        )
        led_to = [text or "" for name, text in attrs if name in LEADING]
        assert f"javascript:{MARK}" not in led_to, (
            f"{self._asked} makes a link of what was sent: take http:// and https:// alone."
        )


class Door(NamedTuple):
    """An endpoint: the pattern of an address, and a method."""

    rule: str
    method: str


class Survey(NamedTuple):
    """The result of `survey`; `people` holds the cookies of one browser each."""

    people: list[dict[str, str]]
    doors: list[Door]
    fields: dict[str, list[str]]
    words: list[str]


def survey(app: Flask, origin: str, *, yours: bool) -> Survey:
    """Collect addresses and forms as a visitor, as a signed-in user, and from mailed links.

    Pages of the owner are left out, unless `yours` includes them.
    """
    visitor, signed_in = Browser(app, origin=origin), Browser(app, origin=origin)
    signed_in.login()
    browsers = [visitor, signed_in]
    for start, email in [("/auth/register", "bea@example.com"), ("/auth/reset", EMAIL)]:
        visitor.post(start, data={"email": email})
    paths = [path for letter in letters(app) for path in links_in(letter)]
    for path in paths:
        browsers.append(Browser(app, origin=origin))
        browsers[-1].get(path)
    rules = [rule for rule in app.url_map.iter_rules() if yours or is_ours(rule.endpoint)]
    reader = _FormReader()
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
    # Flask adds these two, and they run no other code than GET.
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def links_in(letter: EmailMessage) -> list[str]:
    """Return the paths of the links in a mail."""
    return re.findall(r"https?://[^/\s]+(/\S*)", letter.get_content())


class _FormReader(HTMLParser):
    """Collect the fields of forms with their possible values, and all addresses."""

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


class Load(NamedTuple):
    """A request without its address, to be sent to a few endpoints."""

    piece: str
    query: str
    headers: dict[str, str]
    cookies: dict[str, str]
    body: bytes


@st.composite
def loads(draw: st.DrawFn, known: Survey) -> Load:
    letters = st.integers(0, 255) | st.integers(0, sys.maxunicode)
    texts = st.lists(letters.map(chr), max_size=20).map("".join).map(_encode)
    words = _one_of(known.words) | _one_of(NASTY) | texts | st.binary(max_size=20)
    likely = {_encode(name): _one_of(found) | words for name, found in known.fields.items()}
    pairs = [*draw(st.fixed_dictionaries(likely)).items()]
    # Some fields twice, and some that no form has.
    pairs += draw(st.lists(st.tuples(st.sampled_from([*likely]) | words, words), max_size=3))
    kind, body = _body(draw(st.sampled_from(BODIES)), pairs)
    said = st.dictionaries(st.sampled_from(HEADERS), _one_of(SAID) | words, max_size=2)
    return Load(
        piece=quote(draw(words), safe=""),
        query=draw(st.sampled_from(["", urlencode(pairs)]) | words.map(_as_wsgi)),
        headers={"CONTENT_TYPE": kind, **{k: _as_wsgi(word) for k, word in draw(said).items()}},
        cookies=draw(_cookies(known.people, words)),
        body=body,
    )


def _cookies(people: list[dict[str, str]], words: Words) -> SearchStrategy[dict[str, str]]:
    """Draw the cookies of one browser, sometimes with one of them changed."""
    who = st.sampled_from(people)
    return who | st.builds(_tamper, who, st.integers(0, 9), st.integers(0, 200), words)


def _tamper(cookies: dict[str, str], which: int, at: int, word: bytes) -> dict[str, str]:
    name = [*cookies, "none"][which % (len(cookies) + 1)]
    text = cookies.get(name, "")
    return {**cookies, name: text[:at] + _as_wsgi(word) + text[at + 1 :]}


def _body(kind: str, pairs: Pairs) -> tuple[str, bytes]:
    parts = [b'--cut\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % p for p in pairs]
    multipart = b"".join(parts) + b"--cut--\r\n"
    match kind:
        case "form":
            return "application/x-www-form-urlencoded", urlencode(pairs).encode()
        case "multipart":
            return "multipart/form-data; boundary=cut", multipart
        case "torn":
            return "multipart/form-data; boundary=cut", multipart[: len(multipart) // 2]
        case "json":
            texts = {name.decode(errors="replace"): word for name, word in pairs}
            return "application/json", json.dumps(texts, default=repr).encode()
    return "", b""


def _one_of(texts: list[str]) -> Words:
    return st.sampled_from(texts).map(_encode)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _as_wsgi(word: bytes) -> str:
    # A server ends the header line there, and never passes it on.
    return word.translate(None, b"\r\n").decode("latin-1")


class Stranger:
    """A client that sends any headers in WSGI spelling, and checks each response.

    The clients of Flask and Werkzeug fail on some hosts themselves.
    """

    def __init__(self, app: Flask, *, origin: str = ORIGIN) -> None:
        self.app = app
        self._origin = origin

    def ask(
        self,
        path: str,
        environ: Mapping[str, str | None] = MappingProxyType({}),
        *,
        method: str = "GET",
        cookies: dict[str, str] | None = None,
        data: dict[str, str] | bytes = b"",
    ) -> TestResponse:
        cookie = "; ".join(f"{name}={text}" for name, text in (cookies or {}).items())
        said = {**USUAL, "HTTP_COOKIE": cookie, **environ}
        builder = EnvironBuilder(
            path,
            base_url=self._origin,
            environ_overrides={name: text for name, text in said.items() if text is not None},
            method=method,
            data=data,
        )
        sent = builder.get_request()
        answer = TestResponse(*run_wsgi_app(self.app, sent.environ, buffered=True), sent)
        builder.close()
        check(answer)
        return answer
