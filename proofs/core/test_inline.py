"""No page has inline scripts or styles, which the Content-Security-Policy blocks."""

from collections.abc import Iterator

import pytest

from ...support.html import Page, Tag, read

# Browsers run only these types; a script of any other type is data.
RUN = {"", "importmap", "module", "speculationrules", "application/javascript", "text/javascript"}
LEADING = ("action", "formaction", "href", "src")
ALLOWED = ("'unsafe-inline'", "'nonce-", "'sha256-", "'sha384-", "'sha512-")
POLICY = "default-src 'self'"


def inline(page: Page) -> list[str]:
    """Return what the page's own Content-Security-Policy blocks in it."""
    allowed = {kind for kind in ("script", "style") if _allows(page.policy, kind)}
    return [shown for tag in page.tags for kind, shown in _inline(tag) if kind not in allowed]


def _allows(policy: str, kind: str) -> bool:
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    sources = directives.get(f"{kind}-src", directives.get("default-src", ALLOWED[0]))
    return any(word in sources for word in ALLOWED)


def _inline(tag: Tag) -> Iterator[tuple[str, str]]:
    name, attributes = tag
    if name == "script" and "src" not in attributes and attributes.get("type", "") in RUN:
        yield "script", "<script> without src"
    if name == "style":
        yield "style", "<style>"
    for key, text in attributes.items():
        if key.startswith("on"):
            yield "script", f"<{name} {key}=...>"
        if key == "style":
            yield "style", f"<{name} style=...>"
        if key in LEADING and text.strip().lower().startswith("javascript:"):
            yield "script", f"<{name} {key}='javascript:...'>"


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
