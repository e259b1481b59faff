"""Every mail has an HTML part, which says what the text says and loads nothing."""

import pytest
from flask import Flask

from my_flask_app.core import mail
from my_flask_app.core.db import db
from my_flask_app.core.mail import Message, html_from

from ...support.html import needs_portuguese, read, words_in
from ...support.http import APP_NAME, EMAIL, ORIGIN
from ...support.mail import html_in, letters
from ..support.html import assert_in_portuguese

LINK = f"{ORIGIN}/auth/reset/0123456789"
# Whatever a template of ours asks for.
VALUES = {
    **{"url": LINK, "name": "Ana", "client": "Ana", "address": EMAIL, "time": EMAIL},
    **{"change": "Ana", "minutes": 30, "days": 7},
}
# Mail clients tell the sender when they load a picture, and drop or block the others.
ALLOWED = {"html", "head", "meta", "title", "body", "div", "h1", "p", "br", "a"}


def links_in(text: str) -> list[dict[str, str]]:
    return [attributes for tag, attributes in read("", text).tags if tag == "a"]


def laid_out(app: Flask, text: str) -> str:
    with app.app_context():
        return html_from("Subject", text)


@needs_portuguese
@pytest.mark.parametrize("language", ["en", "pt_BR"])
def test_every_mail_says_the_same_in_both_parts(app: Flask, language: str) -> None:
    names = [name for name in app.jinja_env.list_templates() if name.startswith("mail/")]
    texts = [name.removeprefix("mail/")[:-4] for name in names if name.endswith(".txt")]
    assert {"register", "registered_already", "reset", "new_browser"} < {*texts}
    mail.add_composer(app, "any", lambda row: Message(row.detail["template"], VALUES))
    with app.test_request_context():
        for template in texts:
            mail.enqueue("any", EMAIL, speaking=language, template=template)
        db.session.commit()
    sent = letters(app)
    assert len(sent) == len(texts)
    for letter in sent:
        assert letter.get_content_type() == "multipart/alternative"
        kinds = [part.get_content_type() for part in letter.iter_parts()]
        assert kinds == ["text/plain", "text/html"]
        text, page = letter.get_content(), html_in(letter)
        said = f"{letter['Subject']} {APP_NAME} {text}"
        assert words_in(page).split() == said.split()
        assert f'<html lang="{language.replace("_", "-")}"' in page
        assert [link["href"] for link in links_in(page)] == [LINK] * text.count(LINK)
        assert {tag for tag, _ in read("", page).tags} <= ALLOWED
        assert "url(" not in page
        if language == "pt_BR":
            assert_in_portuguese(f"{letter['Subject']}\n{text}")


@pytest.mark.parametrize(
    "line",
    [
        f'<a href="{ORIGIN}/">here</a>',
        "<img src=https://evil.example/x.png>",
        "</p><script>x()</script>",
        "https://evil.example/",
        f"{ORIGIN}.evil.example/",
        f"{ORIGIN}@evil.example/",
        f"{ORIGIN}:8443/",
        ORIGIN.replace("https", "http") + "/",
        f"{ORIGIN}/ https://evil.example/",
        f"Hello {ORIGIN}/auth/logout,",
        "javascript:alert(1)",
    ],
)
def test_a_line_that_is_not_our_link_stays_text(app: Flask, line: str) -> None:
    page = laid_out(app, f"Hello\n\n{line}\n\n{LINK}\n")
    assert links_in(page) == [{"href": LINK}]
    assert {tag for tag, _ in read("", page).tags} <= ALLOWED
    assert line in words_in(page).splitlines()


def test_a_link_cannot_leave_its_attribute(app: Flask) -> None:
    forged = f'{ORIGIN}/"onmouseover="x()"style="x'
    assert links_in(laid_out(app, forged)) == [{"href": forged}]


def test_a_query_stays_whole(app: Flask) -> None:
    link = f"{ORIGIN}/search?a=1&copy=2"
    assert links_in(laid_out(app, link)) == [{"href": link}]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_lines_divide_paragraphs_and_the_others_stay_lines(app: Flask, end: str) -> None:
    page = laid_out(app, end.join(["", "a", "b", "", " ", "", "c", ""]))
    body = page.partition("</h1>")[2]
    assert [tag for tag, _ in read("", body).tags] == ["p", "br", "p"]
    assert body.split("\n")[2:5] == ["a", "<br>", "b"]


def test_each_paragraph_has_its_own_direction(app: Flask) -> None:
    """A name in Hebrew or Arabic leaves the sentences around it as they are."""
    page = laid_out(app, "\u05d0\u05e0\u05d4\n\nHello")
    blocks = [attributes for tag, attributes in read("", page).tags if tag in {"h1", "p"}]
    assert [attributes["dir"] for attributes in blocks] == ["auto"] * 3
