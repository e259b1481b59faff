"""What users type is stored unchanged, and every page shows it as text."""

import pytest
from flask import Flask

from ...conftest import MakeApp
from ...support.accounts import add_user
from ...support.http import Browser
from ...support.mail import letters
from ...support.sql import rows

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
    assert answer.location == "/account/"
    return client


def test_a_text_is_kept_letter_by_letter(app: Flask, client: Browser) -> None:
    (kept,) = rows(app, "SELECT name, email FROM users")
    assert (kept["name"], kept["email"]) == (HOSTILE, HOSTILE_EMAIL.lower())
    (event,) = rows(app, "SELECT client FROM events WHERE kind = 'login'")
    assert event["client"] == HOSTILE


def test_a_mail_says_it_as_it_was_typed(app: Flask, client: Browser) -> None:
    letters(app)
    client.post("/auth/reset", data={"email": HOSTILE_EMAIL})
    (letter,) = letters(app)
    assert letter["To"] == HOSTILE_EMAIL.lower()
    assert f"Hello {HOSTILE}," in letter.get_content()


def test_quotes_reach_the_database_as_values(app: Flask, client: Browser) -> None:
    everybody = "' OR '1'='1"
    stranger = Browser(app)
    for email in (f"x{everybody}@example.com", "x'OR'1'='1@example.com", f"{HOSTILE_EMAIL}'--"):
        assert stranger.login(email, everybody).status_code == 422
    for purpose in ("register", "reset"):
        assert stranger.get(f"/auth/{purpose}/{everybody}").status_code == 410
    stranger.keep(dict.fromkeys(client.jar(), everybody))
    assert not stranger.is_signed_in()
    assert rows(app, "SELECT id FROM users")


def test_the_description_of_the_app_is_text_too(make_app: MakeApp) -> None:
    app = make_app()
    app.config["DESCRIPTION"] = "Ana's <b> & more"
    shown = Browser(app).get("/").text
    assert '<meta name="description" content="Ana&#39;s &lt;b&gt; &amp; more">' in shown
