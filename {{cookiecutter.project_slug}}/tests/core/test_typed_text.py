"""What users type is stored unchanged, and every page shows it as text."""

import pytest
from flask import Flask

from ..support.accounts import add_user
from ..support.html import crawl, read, words_in
from ..support.http import ORIGIN, Browser
from ..support.mail import html_in, letters, link_in

EXPRESSION = "{" * 2 + "7777*7777" + "}" * 2
TAG = "\"'><svg/onload=x>"
# Tags, template expressions, format values, SQL quotes, and text that is escaped already.
HOSTILE = f"{TAG}&lt;%253C {EXPRESSION} %(name)s %s'); DROP TABLE users;--" + "{0.name}"
# Every odd character that an address may have before its @.
HOSTILE_EMAIL = f"o'b&amp{EXPRESSION}%s`|@example.com"


@pytest.fixture
def client(app: Flask, client: Browser) -> Browser:
    """Return a browser with a hostile user agent, signed in as a user with a hostile name."""
    client.environ_base["HTTP_USER_AGENT"] = HOSTILE
    with app.app_context():
        add_user(HOSTILE_EMAIL)
    client.login(HOSTILE_EMAIL)
    assert client.is_signed_in()
    answer = client.post("/account/", data={"name": HOSTILE, "language": "en"})
    assert answer.location == "/account/", (
        "the profile form does not accept a name and a language: if you added a field, add it here."
    )
    return client


def test_no_page_renders_user_text_as_markup(client: Browser) -> None:
    missing = f"/nowhere/{TAG}{EXPRESSION}"
    login = f"/auth/login?next=/{TAG}{EXPRESSION}"
    pages = [*crawl(client, missing), *crawl(Browser(client.application), login)]
    assert any(HOSTILE in values.get("value", "") for page in pages for _, values in page.tags), (
        "no page shows the user's name in a form field: put the field back into the profile form."
    )
    for page in pages:
        assert "60481729" not in page.text, (
            f"{page.path} renders user input as a template: pass it to the template as a value."
        )
        for name, attributes in page.tags:
            assert name != "svg" or "onload" not in attributes, (
                f"{page.path} shows user input as markup: remove |safe or Markup(...) around it."
            )


def test_a_mail_says_the_same_as_html_and_renders_no_user_text_as_markup(
    app: Flask, client: Browser
) -> None:
    letters(app)
    client.post("/auth/reset", data={"email": HOSTILE_EMAIL})
    (letter,) = letters(app)
    html = html_in(letter)
    assert " ".join(letter.get_content().split()) in " ".join(words_in(html).split()), (
        "the HTML part of a mail does not say what its text says: show every line of `paragraphs` "
        "in templates/mail/layout.html, without |safe."
    )
    assert ("GET", ORIGIN + link_in(letter)) in read("mail", html).targets(), (
        "the HTML part of a mail lacks the link: put <a href> back into templates/mail/layout.html."
    )


def test_a_refused_form_keeps_what_the_user_typed(client: Browser) -> None:
    answer = client.post("/account/", data={"name": HOSTILE * 2, "language": TAG})
    assert answer.status_code == 422
    # Escaped exactly once.
    assert "&lt;svg/onload=x&gt;&amp;lt;%253C" in answer.text
    assert "<svg" not in answer.text
