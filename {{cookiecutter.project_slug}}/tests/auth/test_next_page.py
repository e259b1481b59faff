"""`next` leads only to pages of the app, however it is spelt."""

import re
from urllib.parse import quote

import pytest

from ..support.http import ORIGIN, PASSWORD, Browser

HOSTILE = [
    "https://evil.example",
    "http://evil.example/",
    "HTTPS:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "//evil.example@app.example",
    "//app.example@evil.example",
    "https://app.example@evil.example",
    "https://app.example.evil.example",
    "https://app.example/",
    "\\\\evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "/account\\..\\..\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "/\x00/evil.example",
    "\x00//evil.example",
    "/\x7f/evil.example",
    "/account/\r\nSet-Cookie: a=b",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "@evil.example",
    "evil.example",
    "account/",
    "?next=//evil.example",
    "#//evil.example",
    ".//evil.example",
    "\N{FULLWIDTH SOLIDUS}\N{FULLWIDTH SOLIDUS}evil.example",
    "http://[evil",
]
OURS = [
    "/",
    "/account/",
    "/account/?a=1&b=%2F%2Fevil.example",
    "/account/#top",
    "/search?q=//evil.example",
    "/%5cevil.example",
    "/%2f%2fevil.example",
    "/.//evil.example",
    "/@evil.example",
    "/https://evil.example",
    "/\N{FULLWIDTH SOLIDUS}evil.example",
    "/caf\N{LATIN SMALL LETTER E WITH ACUTE}",
]


def origin_reached(location: str) -> str:
    """Return the origin that a browser opens from a page of the app (WHATWG URL, in short)."""
    text = re.sub(r"[\t\n\r]", "", location.strip("".join(map(chr, range(0x21)))))
    text = text.replace("\\", "/")
    if re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE):
        return text
    if text.startswith("//"):
        return "https://" + text.strip("/").partition("/")[0]
    return ORIGIN


@pytest.mark.parametrize("target", HOSTILE)
def test_next_never_leads_to_another_site(client: Browser, target: str) -> None:
    answer = client.post("/language", data={"language": "en", "next": target})
    assert (answer.status_code, answer.location) == (303, client.home)
    assert origin_reached(answer.location) == ORIGIN


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_every_page_that_follows_next_refuses_other_sites(
    client: Browser, user: str, target: str
) -> None:
    query = {"next": target}
    login = {"email": user, "password": PASSWORD}
    answers = [
        client.post("/auth/login", data=login | query),
        client.get("/auth/login", query_string=query),
        client.post("/auth/login", query_string=query, data=login),
        client.post("/language", query_string=query, data={"language": "en"}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.location) == (303, client.home)


@pytest.mark.parametrize("target", OURS)
def test_next_leads_to_pages_of_the_app(client: Browser, target: str) -> None:
    answer = client.post("/language", data={"language": "en", "next": target})
    assert answer.status_code == 303
    assert answer.location == quote(target, safe="/?#&=%:@")
    assert origin_reached(answer.location) == ORIGIN
