"""The further pages of the guide are correct, and can be read in development."""

import doctest
import re

import pytest

from my_flask_app.account.guide import explain
from my_flask_app.account.guide.text import DOCS

from ....conftest import MakeApp
from ....support.html import asking, language_of, needs_portuguese, words_of
from ....support.http import LOCALHOST, Browser
from .guides import GUIDE, PAGES, answers_shown, blocks, exists, mentioned, prose

WORDS_AT_MOST = 5 * 230
LINK = re.compile(r"\]\(([^)]+)\)")
# A project may lack these parts: the page says so, and its names need not exist.
OF_PARTS = {
    "sessions": {"/account/sessions"},
    "passkeys": {
        "passkeys",
        "/account/passkeys",
        "POST /auth/passkey/options",
        "__Host-my_flask_app-ceremony",
    },
}
OF_ONE_KIND = {
    "session": {"auth/sessions/interface.py"},
    "cookie": {"auth/sessions/cookie.py"},
}
# Names of the web, of Python and of Flask, and names that occur only in examples.
OF_THE_WORLD = {
    *("$Version=1", "Authorization", "Authorization: Bearer …", "Host", "HttpOnly", "Max-Age"),
    *("Domain", "Domain=app.example", "Lax", "None", "Origin", "Path", "Path=/", "SameSite"),
    *("Partitioned", "SameSite=Lax", "SameSite=None; Secure; Partitioned"),
    "Sec-Fetch-Site: cross-site",
    *("Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: same-site", "Secure", "Strict", "__Host-"),
    *("cross-site", "same-site", "localStorage", "document.cookie", "frame-ancestors 'none'"),
    *("app.example", "app-example.evil.example", "http://app.example", "https://app.example"),
    *("https://blog.app.example", "https://evil.example", "github.io", "com.br", "gov.br"),
    *("PERMANENT_SESSION_LIFETIME", "SESSION_COOKIE_PARTITIONED", "hmac.compare_digest"),
    *("session.clear()", "session.permanent = True", "random", "2**bits", "none", "/api/", "a"),
    *('fetch("/notes")', "localhost:5000", "localhost:8000", "curl", "diff", "git diff", "-", "+"),
    "curl.exe",
    *("ana.txt", "thief.txt", ".venv/bin/", ".venv\\Scripts\\", "correct horse battery staple"),
}


@pytest.fixture
def reader(configure: MakeApp) -> Browser:
    return Browser(configure(development=True, public_url=LOCALHOST), origin=LOCALHOST)


@pytest.mark.parametrize("name", PAGES)
def test_names_in_a_page_exist(configure: MakeApp, name: str) -> None:
    app = configure(development=True)
    parts = [names for part, names in OF_PARTS.items() if not exists(app, f"account/{part}/")]
    (other,) = OF_ONE_KIND.keys() - {explain.KIND}
    elsewhere = OF_ONE_KIND[other].union(*parts)
    named = mentioned(PAGES[name]) - elsewhere - OF_THE_WORLD
    assert [one for one in named if not exists(app, one)] == []
    # The passkeys of a project without the part are words of this page alone.
    assert [one for one in elsewhere - {"passkeys"} if exists(app, one)] == []


def test_no_name_is_excused_that_no_page_mentions() -> None:
    said = set().union(*(mentioned(text) for text in PAGES.values()))
    excused = OF_THE_WORLD.union(*OF_PARTS.values(), *OF_ONE_KIND.values())
    # The Portuguese pages alone name these two.
    assert excused - {"com.br", "gov.br"} <= said


@pytest.mark.parametrize("name", PAGES)
def test_the_examples_of_a_page_compute_what_they_show(name: str) -> None:
    code = [block.text for block in blocks(PAGES[name]) if block.text.startswith(">>>")]
    tried = doctest.DocTestParser().get_doctest("\n".join(code), {}, name, None, 0)
    assert doctest.DocTestRunner().run(tried).failed == 0
    assert len(tried.examples) >= len(code)


def test_the_app_answers_as_the_pages_show(client: Browser) -> None:
    assert {name: answers_shown(client, text) for name, text in PAGES.items()} == {
        name: int(name == "guide-tokens.md") for name in PAGES
    }


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_five_minutes_and_names_its_sources(name: str) -> None:
    assert len(prose(PAGES[name]).split()) <= WORDS_AT_MOST
    assert name == "guide-labs.md" or "<https://" in PAGES[name]


def test_each_common_error_has_a_source() -> None:
    _, *errors = PAGES["guide-errors.md"].split("\n## ")
    assert len(errors) == 10
    assert [error.count(": <https://") for error in errors] == [1] * 10


def test_links_lead_to_pages_on_disk_and_in_development(reader: Browser) -> None:
    linked = {link for text in (GUIDE, *PAGES.values()) for link in LINK.findall(text)}
    assert linked == {*PAGES}
    assert all((DOCS / link).is_file() for link in linked)
    shown = reader.get("/dev/guide").text
    assert {*re.findall(r'href="(guide-[^"]+)"', shown)} == linked
    assert {reader.get(f"/dev/{link}").status_code for link in linked} == {200}


@pytest.mark.parametrize("topic", ["", "x", "..", "labs.md", "%2e%2e%2fREADME", "%00", "x" * 5000])
def test_no_other_file_is_shown(reader: Browser, topic: str) -> None:
    assert reader.get(f"/dev/guide-{topic}.md").status_code == 404


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["en", "pt_BR"])
def test_a_page_is_shown_whole_in_either_language(
    reader: Browser, name: str, language: str
) -> None:
    other = asking(reader.application, language.replace("_", "-"))
    other.origin = LOCALHOST
    shown = other.get(f"/dev/{name}")
    assert language_of(shown) == language
    title, *headings = re.findall("(?m)^#+ (.+)$", prose(PAGES[name]))
    said = words_of(shown)
    for heading in (title, *headings):
        assert heading.replace("`", "") in said.replace("\n", "")


@needs_portuguese
def test_what_stands_around_a_page_is_translated(reader: Browser) -> None:
    portuguese = asking(reader.application, "pt-BR")
    portuguese.origin = LOCALHOST
    shown = portuguese.get("/dev/guide-labs.md").text
    article = re.search("(?s)<h1.*</article>", shown)
    assert article
    around = shown.replace(article[0], "")
    assert "Back to the guide" not in around
    assert "Voltar ao guia" in around
