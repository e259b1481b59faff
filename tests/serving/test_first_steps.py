"""The box on the home page leads to a page of one's own, and goes with three lines."""

from __future__ import annotations

import html
import re
from http.client import HTTPException

import pytest

from ..support.server import wait_until
from ..support.template import LANGUAGES
from ..support.template import SLUG
from ..support.visitor import Visitor
from .conftest import OpenSite

pytestmark = pytest.mark.app

BOX = re.compile(r'(?s)<section class="development".*?</section>')
LINK = re.compile(r'href="([^"]+)"')
CODE = re.compile(r"(?s)<code>(.*?)</code>")
FIRST_PAGE = {"en": "My first page", "pt_BR": "Minha primeira página"}


def box(visitor: Visitor, language: str) -> str:
    home = visitor.get("/", **{"Accept-Language": language.replace("_", "-")})
    assert home.status == 200
    return "".join(BOX.findall(home.text))


# Every language leads the same way.
SECOND = [pytest.param(one, marks=pytest.mark.long) for one in LANGUAGES[1:]]


@pytest.mark.parametrize("language", [LANGUAGES[0], *SECOND])
def test_its_steps_lead_to_a_page_behind_login(
    language: str, open_site: OpenSite
) -> None:
    site = open_site("session", "guide")
    server = site.develop()
    visitor = Visitor(server.port)
    shown = box(visitor, language)

    links = LINK.findall(shown)
    assert links == ["/auth/register", "/dev/mailbox", "/dev/guide"]
    assert {visitor.get(link).status for link in links} == {200}

    file, view, page, mark, *_ = map(html.unescape, CODE.findall(shown))
    assert file == f"{SLUG}/pages.py"
    assert page == f"http://127.0.0.1:{server.port}/hello"
    assert mark == "@login_not_required"
    assert visitor.get("/hello").status == 404
    with (site.folder / file).open("a", encoding="utf-8") as pages:
        pages.write(f"\n\n{view}\n")

    def is_there() -> bool:
        try:
            return visitor.get("/hello").status != 404
        except (OSError, HTTPException):  # while the server starts again
            return False

    wait_until(is_there)
    asked = visitor.get("/hello")
    assert (asked.status, asked.location) == (303, "/auth/login?next=/hello")
    register(visitor)
    assert FIRST_PAGE[language] in visitor.get("/hello").text
    links = LINK.findall(box(visitor, language))
    assert links == ["/dev/guide"]


def register(visitor: Visitor) -> None:
    visitor.post("/auth/register", email="bob@example.com")
    mail = re.compile(r'href="http://localhost:\d+(/auth/register/[^"]+)"')
    wait_until(lambda: bool(mail.search(visitor.get("/dev/mailbox").text)))
    found = mail.search(visitor.get("/dev/mailbox").text)
    assert found is not None
    visitor.get(found[1])
    visitor.post(
        "/auth/register/finish", name="Ana", password="correct horse battery staple"
    )


def test_it_goes_with_the_lines_that_it_names(open_site: OpenSite) -> None:
    site = open_site("session")
    visitor = Visitor(site.develop().port)
    named = CODE.findall(box(visitor, "en"))[-1]
    assert named == f"{SLUG}/templates/home.html"

    home = site.folder / named
    *others, condition, include, end, last = home.read_text("utf-8").splitlines()
    assert "development" in condition
    assert "dev/next.html" in include
    assert "endif" in end
    home.write_text("\n".join([*others, last, ""]), "utf-8")
    # A template is read again by itself.
    assert box(visitor, "en") == ""
