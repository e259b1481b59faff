"""Links and forms lead to pages of ours that are there."""

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from .browser import Browser
from .crawling import crawl


@pytest.mark.parametrize("signed_in", [False, True])
def test_every_link_and_every_form_leads_to_a_page_of_ours(
    app: Flask, client: Browser, user: str, signed_in: bool
) -> None:
    if signed_in:
        client.login()
    pages = crawl(client, "/nowhere")
    assert len(pages) > 3
    urls = app.url_map.bind("app.example", url_scheme="https")
    for page in pages:
        for method, address in page.targets():
            # One that begins with two slashes, or a scheme, would leave this site.
            assert address.startswith(("/", "#")), (page.path, address)
            assert not address.startswith("//"), (page.path, address)
            if address.startswith("#") or address == "/nowhere":
                continue
            try:
                urls.match(address.partition("?")[0], method=method)
            except HTTPException as error:
                pytest.fail(f"{page.path} leads to {method} {address}: {error}")
