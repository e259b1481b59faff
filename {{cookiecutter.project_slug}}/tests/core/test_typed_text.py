"""What people type is kept as it is, and shown as text wherever it comes back."""

import pytest
from flask import Flask

from ..support.accounts import add_user
from ..support.html import crawl
from ..support.http import Browser

EXPRESSION = "{" * 2 + "7777*7777" + "}" * 2
TAG = "\"'><svg/onload=x>"
# Tags, expressions of templates, values of formats, quotes of SQL, escaped twice.
HOSTILE = f"{TAG}&lt;%253C {EXPRESSION} %(name)s %s'); DROP TABLE users;--" + "{0.name}"
# All that an address may hold before its @.
HOSTILE_EMAIL = f"o'b&amp{EXPRESSION}%s`|@example.com"


@pytest.fixture
def client(app: Flask, client: Browser) -> Browser:
    """Return a browser with a name to fear, of somebody who has one too."""
    client.environ_base["HTTP_USER_AGENT"] = HOSTILE
    with app.app_context():
        add_user(HOSTILE_EMAIL)
    client.login(HOSTILE_EMAIL)
    assert client.is_signed_in()
    answer = client.post("/account/", data={"name": HOSTILE, "language": "en"})
    assert answer.location == "/account/"
    return client


def test_no_page_takes_a_text_for_markup(client: Browser) -> None:
    missing = f"/nowhere/{TAG}{EXPRESSION}"
    login = f"/auth/login?next=/{TAG}{EXPRESSION}"
    pages = [*crawl(client, missing), *crawl(Browser(client.application), login)]
    assert any(HOSTILE in values.get("value", "") for page in pages for _, values in page.tags)
    for page in pages:
        assert "60481729" not in page.text, (
            f"{page.path} renders what a user typed as a template: pass it as a value instead."
        )
        for name, attributes in page.tags:
            assert name != "svg" or "onload" not in attributes, (
                f"{page.path} shows what a user typed as markup: take out |safe or Markup(...)."
            )


def test_a_refused_form_gives_back_what_was_typed(client: Browser) -> None:
    answer = client.post("/account/", data={"name": HOSTILE * 2, "language": TAG})
    assert answer.status_code == 422
    # Escaped, and no more than once.
    assert "&lt;svg/onload=x&gt;&amp;lt;%253C" in answer.text
    assert "<svg" not in answer.text
