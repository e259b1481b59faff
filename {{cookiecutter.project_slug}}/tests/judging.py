"""Judge an answer to whatever was asked: our headers, a page, nothing that was sent as markup."""

import re
from html.parser import HTMLParser

from werkzeug.test import TestResponse

from .test_headers import ALWAYS

# Markup in which it stands would show as a tag or an attribute, were it not escaped.
MARK = "zz9"
LEADING = {"action", "formaction", "href", "src"}


def check(answer: TestResponse) -> None:
    assert answer.status_code < 500
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "Content-Security-Policy" in answer.headers
    assert "Traceback" not in answer.text
    if answer.mimetype == "text/html" and answer.text:
        assert re.search("<title>[^<]+</title>", answer.text)
        if MARK in answer.text:
            _Reader().feed(answer.text)


class _Reader(HTMLParser):
    """Find markup that was sent: none of ours bears the mark."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert MARK not in {tag, *dict(attrs)}
        led_to = [text or "" for name, text in attrs if name in LEADING]
        assert not [text for text in led_to if text.startswith("javascript:")]
