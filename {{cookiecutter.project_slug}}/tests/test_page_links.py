"""The pages that came with this project lead to pages that are there."""

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from .browser import Browser
from .crawling import crawl, is_ours


@pytest.mark.parametrize("signed_in", [False, True])
def test_every_link_and_every_form_leads_to_a_page_of_ours(
    app: Flask, client: Browser, user: str, signed_in: bool
) -> None:
    """Pages of yours may link to what they like, and all of them to other sites."""
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
                    "correct the address, or write it with https:// if it is another site's."
                )
