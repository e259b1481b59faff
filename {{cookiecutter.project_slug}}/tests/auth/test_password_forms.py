"""A password is the same whichever keyboard writes its accents (RFC 8265: NFC)."""

import unicodedata

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.auth import passwords

from ..support.cli import run, said
from ..support.http import EMAIL, Browser

TYPED = "cr\u00e8me br\u00fbl\u00e9e o\u00f9 est mon \u00e9t\u00e9"
APART = unicodedata.normalize("NFD", TYPED)
# 8 and 256 characters; 15 and 489 with the accents apart.
SHORT = "\u00e9" * 7 + "x"
LONG = "gravel lantern umbrella" + "\u00e9\u00e8" * 116 + "\u00ea"
either = pytest.mark.parametrize(("chosen", "typed"), [(TYPED, APART), (APART, TYPED)])


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


def test_a_text_that_no_password_can_be_is_not_read(app: Flask) -> None:
    """To normalise many combining marks takes seconds."""
    marks = "\u0345\u0334" * 30_000
    assert passwords.normalise(marks) is marks
