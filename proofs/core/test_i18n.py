"""Every page and every mail is in the user's language."""

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from time_machine import TimeMachineFixture
from werkzeug.exceptions import TooManyRequests

from ...conftest import MakeApp
from ...support.html import asking, language_of, needs_portuguese
from ...support.http import EMAIL, LANGUAGE, Browser, page
from ...support.mail import ask_for_link, letters
from ..support.html import untranslated

pytestmark = needs_portuguese
REMEMBER = {"en": "Remember me", "pt_BR": "Lembrar de mim"}
NEW = "new@example.com"
PASSWORD = "umbrella lantern gravel Tuesday"


@pytest.fixture
def reader(app: Flask) -> Browser:
    return asking(app, "pt-BR,pt;q=0.9,en;q=0.8")


# qaa is reserved for private use, so no app will have it.
@pytest.mark.parametrize(
    ("accept_language", "language"),
    [
        ("pt", "pt_BR"),
        ("pt-BR", "pt_BR"),
        ("pt_br", "pt_BR"),
        ("PT-BR;q=0.1", "pt_BR"),
        ("pt-PT", "pt_BR"),
        ("pt-PT,pt;q=0.9,en;q=0.8", "pt_BR"),
        ("qaa-XX,qaa;q=0.9,pt;q=0.5,en;q=0.4", "pt_BR"),
        ("en;q=0,pt", "pt_BR"),
        ("en", "en"),
        ("en-US,en;q=0.9,pt;q=0.5", "en"),
        ("pt-BR;q=0.4,en-GB;q=0.9", "en"),
        ("pt;q=0", "en"),
        ("qaa", "en"),
        ("*", "en"),
        ("", "en"),
        ("ptolemaic", "en"),
        (";;q=,p_t;-,\xff%(name)s", "en"),
        ("x" * 8_000, "en"),
        ("qaa," * 1_500 + "pt", "pt_BR"),
    ],
)
def test_a_visitor_reads_what_the_browser_asks_for(
    app: Flask, accept_language: str, language: str
) -> None:
    shown = asking(app, accept_language).get("/auth/login")
    assert language_of(shown) == language
    assert REMEMBER[language] in shown.text


@pytest.mark.parametrize("language", ["en", "pt_BR"])
def test_a_visitor_with_no_known_language_reads_the_default_one(
    make_app: MakeApp, language: str
) -> None:
    shown = asking(make_app(language=language), "qaa").get("/")
    assert language_of(shown) == language


def test_a_user_chooses_for_every_browser(app: Flask, client: Browser, user: str) -> None:
    client.login()
    client.post("/language", data={"language": "pt_BR"})
    assert language_of(client.get("/")) == "pt_BR"
    assert LANGUAGE not in client.jar()
    other = asking(app, "en")
    other.login()
    assert language_of(other.get("/")) == "pt_BR"


def test_a_users_own_language_wins(reader: Browser, user: str) -> None:
    reader.post("/language", data={"language": "pt_BR"})
    reader.login()
    assert language_of(reader.get("/")) == "en"


def test_a_saved_language_speaks_at_once(client: Browser, user: str) -> None:
    client.login()
    client.post("/account/", data={"name": "Ana", "language": "pt_BR"})
    shown = client.get("/account/")
    assert language_of(shown) == "pt_BR"
    assert "Alterações salvas." in shown.text


def test_a_new_account_keeps_the_language_it_was_made_in(reader: Browser) -> None:
    reader.get(ask_for_link(reader, "/auth/register", NEW))
    reader.post("/auth/register/finish", data={"name": "Nu", "password": PASSWORD})
    reader.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    shown = reader.get("/account/")
    assert language_of(shown) == "pt_BR"
    assert "Sua conta está pronta." in shown.text


@pytest.mark.parametrize("kept", ["", "qaa", "pt", "../pt_BR", "pt_BR\0", "x" * 4000])
def test_a_language_kept_that_is_not_ours_is_overlooked(reader: Browser, kept: str) -> None:
    reader.keep({LANGUAGE: kept})
    assert language_of(reader.get("/")) == "pt_BR"


@pytest.mark.parametrize("kept", ["en", "pt_BR"])
def test_each_mail_speaks_its_readers_language(
    app: Flask,
    client: Browser,
    reader: Browser,
    user: str,
    clock: TimeMachineFixture,
    kept: str,
) -> None:
    """The language of the account; without an account, that of the visitor who asked."""
    client.login()
    client.post("/language", data={"language": kept})
    visitor = Browser(app)
    sent = []
    for browser in (reader, visitor):
        for start, email in (
            ("/auth/register", NEW),
            ("/auth/register", EMAIL),
            ("/auth/reset", EMAIL),
        ):
            browser.post(start, data={"email": email})
        sent += letters(app)
        clock.shift(60)
    mails = ["\n".join([letter["Subject"], letter.get_content()]) for letter in sent]
    spoken = ["en" if untranslated(words) else "pt_BR" for words in mails]
    assert spoken == ["pt_BR", kept, kept, "en", kept, kept]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "em 1 minuto."), (60, "em 1 minuto."), (61, "em 2 minutos.")],
)
def test_a_number_takes_the_right_form(make_app: MakeApp, seconds: int, words: str) -> None:
    app = make_app(language="pt_BR")

    @page(app, public=True)
    def wait() -> ResponseReturnValue:
        raise TooManyRequests(retry_after=seconds)

    assert words in asking(app, "pt").get("/test-wait").text
