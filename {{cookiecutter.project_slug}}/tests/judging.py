"""Judge an answer to whatever was asked: our headers, a page, nothing that was sent as markup."""

from html.parser import HTMLParser

from werkzeug.test import TestResponse

from .test_headers import ALWAYS

# Markup in which it stands would show as a tag or an attribute, were it not escaped.
MARK = "zz9"
LEADING = {"action", "formaction", "href", "src"}


def check(answer: TestResponse) -> None:
    asked = f"{answer.request.method} {answer.request.path}"
    assert answer.status_code < 500, f"{asked} answers {answer.status_code}: see the log above"
    missing = {*ALWAYS, "Content-Security-Policy"} - {*answer.headers.keys()}
    assert not missing, f"{asked} came without {missing}: change a header, but do not remove it"
    assert "Traceback (most recent call last)" not in answer.text, f"{asked} shows a traceback"
    if answer.mimetype == "text/html" and MARK in answer.text:
        _Reader(asked).feed(answer.text)


class _Reader(HTMLParser):
    """Find markup that was sent: none of ours bears the mark."""

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
