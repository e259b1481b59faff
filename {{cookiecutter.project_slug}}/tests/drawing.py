"""Draw requests that no browser would make, from words that mean something to the app."""

import json
import sys
from typing import NamedTuple
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .judging import MARK
from .survey import Survey

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


class Load(NamedTuple):
    """Hold what is thrown at a few doors: all of a request but where it goes."""

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
    # Some twice, some that no form has.
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
    """Draw the cookies of somebody, at times with a change in one of them."""
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
    # A server ends a line there, and never hands it on.
    return word.translate(None, b"\r\n").decode("latin-1")
