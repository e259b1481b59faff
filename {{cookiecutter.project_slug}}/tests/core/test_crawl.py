"""Every page, yours too, keeps to the Content-Security-Policy and has no dead link."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from ..conftest import MakeApp
from ..support.html import Page, Tag, crawl, is_ours
from ..support.http import LOCALHOST, Browser

# Browsers run only these types; a script of any other type is data.
RUN = {"", "importmap", "module", "speculationrules", "application/javascript", "text/javascript"}
LEADING = ("action", "formaction", "href", "src")
ALLOWED = ("'unsafe-inline'", "'nonce-", "'sha256-", "'sha384-", "'sha512-")


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


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("development", [False, True], ids=["served", "in development"])
def test_no_page_holds_inline_script_or_style(
    configure: MakeApp, user: str, development: bool, signed_in: bool
) -> None:
    """Check every page whose address takes no value, yours too."""
    changes = {"development": True, "public_url": LOCALHOST} if development else {}
    app = configure(**changes)
    client = Browser(app, origin=LOCALHOST) if development else Browser(app)
    if signed_in:
        client.login()
    pages = crawl(client, "/no/such/page")
    assert len(pages) > 3
    for page in pages:
        found = inline(page)
        assert not found, (
            f"{page.path} holds {', '.join(found)}: the Content-Security-Policy blocks inline "
            "handlers, scripts and styles. Move it to a file in static/."
        )


@pytest.mark.parametrize("signed_in", [False, True])
def test_every_link_and_form_leads_to_a_page_that_exists(
    app: Flask, client: Browser, user: str, signed_in: bool
) -> None:
    """Check the pages that came with the project; links to other sites are free."""
    if signed_in:
        client.login()
    urls = app.url_map.bind("app.example", url_scheme="https")

    def endpoint(path: str) -> str:
        try:
            return str(urls.match(path.partition("?")[0])[0])
        except HTTPException:
            return ""

    pages = [page for page in crawl(client) if is_ours(endpoint(page.path))]
    assert len(pages) > 3
    for page in pages:
        for method, address in page.targets():
            if not address.startswith("/") or address.startswith("//"):
                continue
            try:
                urls.match(address.partition("?")[0].partition("#")[0], method=method)
            except (NotFound, MethodNotAllowed):
                pytest.fail(
                    f"{page.path} leads to {method} {address}, where this app has no page: "
                    "correct the address, or begin it with https:// if it belongs to another site."
                )
