"""A password is the same in either Unicode form (RFC 8265: NFC)."""

import unicodedata

import pytest
from flask import Flask

from {{ cookiecutter.project_slug }}.auth import passwords

from ..support.cli import run, said
from ..support.http import EMAIL, Browser

TYPED = "cr\u00e8me br\u00fbl\u00e9e o\u00f9 est mon \u00e9t\u00e9"
APART = unicodedata.normalize("NFD", TYPED)
# 8 and 256 characters in NFC; 15 and 489 in NFD.
SHORT = "\u00e9" * 7 + "x"
LONG = "gravel lantern umbrella" + "\u00e9\u00e8" * 116 + "\u00ea"
either = pytest.mark.parametrize(("chosen", "typed"), [(TYPED, APART), (APART, TYPED)])


@either
def test_the_create_command_accepts_either_unicode_form(
    app: Flask, client: Browser, chosen: str, typed: str
) -> None:
    run(app, "create", EMAIL, "--name", "Ana", typed=f"{chosen}\n")
    assert client.login(password=typed).status_code == 303


def test_the_length_of_a_password_is_counted_in_nfc(app: Flask, client: Browser) -> None:
    short, long = (unicodedata.normalize("NFD", one) for one in (SHORT, LONG))
    assert (len(short), len(LONG), len(long)) == (15, 256, 489)
    refused = run(app, "create", EMAIL, "--name", "Ana", typed=short)
    assert said(refused) == "Use at least 15 characters: four words are enough."
    assert run(app, "create", EMAIL, "--name", "Ana", typed=long).exit_code == 0
    for form in ("NFC", "NFD"):
        typed = unicodedata.normalize(form, LONG)
        assert client.login(password=typed).status_code == 303


def test_a_text_too_long_for_a_password_is_not_normalised(app: Flask) -> None:
    """Normalising many combining marks would take seconds."""
    marks = "\u0345\u0334" * 30_000
    assert passwords.normalise(marks) is marks
