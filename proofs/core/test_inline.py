"""No page has inline scripts or styles, which the Content-Security-Policy blocks."""

import pytest
from flask import Response

from my_flask_app.auth.guards import login_not_required

from ...conftest import MakeApp
from ...core.test_crawl import inline
from ...support.html import crawl, read
from ...support.http import Browser

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


def test_a_page_in_another_encoding_is_read(make_app: MakeApp) -> None:
    """Which encoding an owner's page has is the owner's business."""
    app = make_app()

    @app.get("/test-latin")
    @login_not_required
    def latin() -> Response:
        text = "<p style='color: red'>\u00e9</p>".encode("latin-1")
        return Response(text, content_type="text/html; charset=iso-8859-1")

    (page,) = [page for page in crawl(Browser(app)) if page.path == "/test-latin"]
    assert inline(page)
