"""No page has inline scripts or styles, which the Content-Security-Policy blocks."""

import pytest

from ...core.test_crawl import inline
from ...support.html import read

POLICY = "default-src 'self'"


@pytest.mark.parametrize(
    "html",
    [
        "<script>x()</script>",
        "<script type=module>x()</script>",
        "<style>p {}</style>",
        "<p style='color: red'>",
        "<button onclick='x()'>",
        "<a href=' JavaScript:x()'>",
    ],
)
def test_inline_scripts_and_styles_are_found(html: str) -> None:
    assert inline(read("/", html, POLICY))
    assert not inline(read("/", html, f"{POLICY} 'unsafe-inline'"))


@pytest.mark.parametrize(
    "html",
    [
        "<script src='/static/x.js'></script>",
        "<script type='application/json'>{}</script>",
        "<link rel=stylesheet href='/static/x.css'>",
        "<a href='mailto:help@app.example'>",
    ],
)
def test_files_and_data_are_not_reported_as_inline(html: str) -> None:
    assert not inline(read("/", html, POLICY))
