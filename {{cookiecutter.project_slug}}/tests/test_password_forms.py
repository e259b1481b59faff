"""A password is the same whichever keyboard writes its accents (RFC 8265: NFC)."""

import unicodedata

import pytest
from flask import Flask
from pytest import MonkeyPatch

from .browser import EMAIL, Browser
from .hashing import watch_hashing
from .inside import passwords
from .letters import ask_for_link, letters
from .operating import run, said
from .people import add_user

TYPED = "cr\u00e8me br\u00fbl\u00e9e o\u00f9 est mon \u00e9t\u00e9"
APART = unicodedata.normalize("NFD", TYPED)
NEW = "gar\u00e7on ga\u0302teau noe\u0308l fo\u0302ret"
# 8 and 256 characters; 15 and 489 with the accents apart.
SHORT = "\u00e9" * 7 + "x"
LONG = "gravel lantern umbrella" + "\u00e9\u00e8" * 116 + "\u00ea"
either = pytest.mark.parametrize(("chosen", "typed"), [(TYPED, APART), (APART, TYPED)])


@either
def test_it_logs_in_in_either_form(app: Flask, client: Browser, chosen: str, typed: str) -> None:
    with app.app_context():
        add_user(EMAIL, password=chosen)
    assert client.login(password=typed).status_code == 303
    assert client.login(password=f"{typed}e").status_code == 422


@either
def test_every_page_takes_either_form(app: Flask, client: Browser, chosen: str, typed: str) -> None:
    client.get(ask_for_link(client, "/auth/register", EMAIL))
    form = {"name": "Ana", "password": chosen}
    assert client.post("/auth/register/finish", data=form).status_code == 303
    assert client.post("/auth/confirm", data={"password": typed}).status_code == 303
    form = {"current_password": typed, "password": NEW}
    assert client.post("/account/password", data=form).status_code == 303
    letters(app)
    client.get(ask_for_link(client, "/auth/reset", EMAIL))
    assert client.post("/auth/reset/finish", data={"password": chosen}).status_code == 303
    assert client.login(password=typed).status_code == 303


@either
def test_so_does_the_command(app: Flask, client: Browser, chosen: str, typed: str) -> None:
    run(app, "create", EMAIL, "--name", "Ana", typed=f"{chosen}\n")
    assert client.login(password=typed).status_code == 303


def test_length_is_counted_in_one_form(app: Flask, client: Browser) -> None:
    short, long = (unicodedata.normalize("NFD", one) for one in (SHORT, LONG))
    assert (len(short), len(LONG), len(long)) == (15, 256, 489)
    refused = run(app, "create", EMAIL, "--name", "Ana", typed=short)
    assert said(refused) == "Use at least 15 characters: four words do."
    assert run(app, "create", EMAIL, "--name", "Ana", typed=long).exit_code == 0
    for form in ("NFC", "NFD"):
        typed = unicodedata.normalize(form, LONG)
        assert client.login(password=typed).status_code == 303


def test_it_is_judged_in_one_form(app: Flask) -> None:
    name = unicodedata.normalize("NFD", "\u00c9lo\u00efse \u00c9t\u00e9")
    with app.app_context():
        for form in ("NFC", "NFD"):
            for password in ("\u00c9lo\u00efse-\u00c9t\u00e9-2026!", "campe\u00e3o campe\u00e3o 1"):
                typed = unicodedata.normalize(form, password)
                named = unicodedata.normalize("NFC", name)
                assert passwords.weakness(typed, email=EMAIL, name=named), (form, password)


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
def test_one_form_is_tried(
    client: Browser, user: str, monkeypatch: MonkeyPatch, email: str
) -> None:
    """A second try with another form would tell by its time who has an account."""
    hashed: list[None] = []
    watch_hashing(monkeypatch, lambda: hashed.append(None))
    assert client.login(email, APART).status_code == 422
    assert len(hashed) == 1


def test_a_text_that_no_password_can_be_is_not_read(app: Flask) -> None:
    """To normalise many combining marks takes seconds."""
    marks = "\u0345\u0334" * 30_000
    assert passwords.normalise(marks) is marks
