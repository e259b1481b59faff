"""A name is stored as the user writes it, without invisible characters (RFC 8266)."""

import unicodedata

import pytest
from flask import Flask

from my_flask_app.core import names

from ...support.cli import run, said
from ...support.http import EMAIL, PASSWORD, Browser
from ...support.mail import ask_for_link
from ...support.sql import rows

SPACES = {
    # The space of a Japanese keyboard, and characters that come with a copied name.
    "\u5c71\u7530\u3000\u592a\u90ce": "\u5c71\u7530 \u592a\u90ce",
    "Jean\u00a0Paul": "Jean Paul",
    "Jean\u2009Paul": "Jean Paul",
    "Jean\u1680\u202f\u205fPaul": "Jean Paul",
    "\u3000 Jean   Paul\u00a0": "Jean Paul",
}
FORMS = {
    unicodedata.normalize("NFD", "Jos\u00e9"): "Jos\u00e9",
    "\uff21\uff4e\uff41": "Ana",
    "\uff71\uff85": "\u30a2\u30ca",
}
KEPT = [
    "Ana",
    "Ana Maria d'\u00c1vila-O\u2019Neill 3rd",
    "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
    "\u0936\u094d\u200d\u092f\u093e\u092e",
    # Older spellings of Malayalam end words with a joiner.
    "\u0d2e\u0d4b\u0d39\u0d28\u0d4d\u200d",
    # A Japanese family name by its variant, and a heart in colour.
    "\u845b\U000e0100\u57ce",
    "Ana \u2764\ufe0f",
    "x" * 100,
]
REFUSED = {
    "a line break": "Ana\nAna",
    "a tab": "Ana\tAna",
    "a NUL": "Ana\x00",
    "a line separator": "Ana\u2028Ana",
    "a paragraph separator": "Ana\u2029Ana",
    "half a surrogate pair": "Ana\ud800",
    "text turned around": "\u202eAna",
    "an isolate": "Ana\u2066 Ana",
    "a mark of direction": "\u05d3\u05e0\u05d4\u200f",
    "a soft hyphen": "A\u00adna",
    "a space of no width": "Ana\u200bAna",
    "a byte order mark": "\ufeffAna",
    "a private character": "Ana\ue000",
    "an unassigned one": "Ana\u0378",
    "a joiner at the start": "\u200dAna",
    "a joiner at the end": "Ana\u200c",
    "joiners alone": "\u200d\u200c",
    "a joiner beside a space": "Ana\u200d Ana",
    "a letter that is blank": "\u3164",
    "a pattern that is blank": "\u2800",
    "a grapheme joiner": "A\u034fna",
}
NOTHING = ["", " ", "\u3000", "\u00a0\u2003", "\u0301", "\ufe0f"]
TOO_LONG = ["x" * 101, "\ufdfa" * 6, "\u0301\u0327" * 20_000]


@pytest.mark.parametrize(
    ("typed", "kept"), [*SPACES.items(), *FORMS.items(), *zip(KEPT, KEPT, strict=True)]
)
def test_a_name_is_kept_as_its_owner_writes_it(app: Flask, typed: str, kept: str) -> None:
    with app.app_context():
        assert names.normalise(typed) == kept
        assert names.normalise(kept) == kept


@pytest.mark.parametrize("typed", REFUSED.values(), ids=REFUSED)
def test_an_invisible_character_in_a_name_is_refused_by_its_code(app: Flask, typed: str) -> None:
    with app.app_context(), pytest.raises(ValueError, match=r"\(U\+[0-9A-F]{4}\).* again\."):
        names.normalise(typed)


@pytest.mark.parametrize("typed", NOTHING)
def test_a_name_of_nothing_visible_is_none(app: Flask, typed: str) -> None:
    with app.app_context(), pytest.raises(ValueError, match="type a name"):
        names.normalise(typed)


@pytest.mark.parametrize("typed", TOO_LONG, ids=["letters", "a form that is longer", "marks"])
def test_a_name_is_as_long_as_it_is_kept(app: Flask, typed: str) -> None:
    with app.app_context(), pytest.raises(ValueError, match="shorter"):
        names.normalise(typed)


@pytest.mark.parametrize(("typed", "kept"), SPACES.items())
def test_every_page_and_the_command_keep_one_form(
    app: Flask, client: Browser, typed: str, kept: str
) -> None:
    client.get(ask_for_link(client, "/auth/register", EMAIL))
    form = {"name": typed, "password": PASSWORD}
    assert client.post("/auth/register/finish", data=form).status_code == 303
    assert rows(app, "SELECT name FROM users") == [{"name": kept}]
    assert client.post("/account/", data={"name": f"{typed}\u3000B", "language": "en"}).location
    assert rows(app, "SELECT name FROM users") == [{"name": f"{kept} B"}]
    run(app, "create", "bob@example.com", "--name", typed, typed=PASSWORD)
    assert rows(app, "SELECT name FROM users WHERE email LIKE 'bob%'") == [{"name": kept}]


def test_every_page_and_the_command_say_what_is_wrong(app: Flask, client: Browser) -> None:
    client.get(ask_for_link(client, "/auth/register", EMAIL))
    form = {"name": "Ana\u200f", "password": PASSWORD}
    page = client.post("/auth/register/finish", data=form)
    assert page.status_code == 422
    done = run(app, "create", EMAIL, "--name", "Ana\u200f", typed=PASSWORD)
    for text in (page.text, said(done)):
        assert "cannot be shown (U+200F)" in text
    assert rows(app, "SELECT name FROM users") == []
