"""Which passwords are accepted, in which form they are compared, and how they are hashed."""

import unicodedata

import pytest
from argon2 import Type
from flask import Flask
from zxcvbn.matching import L33T_TABLE, enumerate_l33t_subs, relevant_l33t_subtable

from {{ cookiecutter.project_slug }}.auth import passwords
from {{ cookiecutter.project_slug }}.core.environ import Rate

from ..conftest import MakeApp
from ..support.accounts import change_user
from ..support.cli import run, said
from ..support.http import EMAIL, PASSWORD, Browser

# Read before the tests replace it with a cheap one.
REAL_HASHER = passwords.hasher

LONG = "gravel lantern umbrella Tuesday mellow harbour violin granite seven otter kiwi"
SYMBOLS = "4@8({[<369&#!1/|0$5+7%2"
# No ten kinds of symbols can stand for letters in more ways.
MIXED = "({[691!|7++7(1[9{!6|"

WEAK = {
    "empty": "",
    "14 characters": "xK9#vQ2!mZ7@pL",
    "257 characters": (LONG * 4)[:257],
    "one letter": "a" * 20,
    "blanks": " " * 20,
    "a row of keys": "qwertyuiopasdfgh",
    "counting": "123456789012345",
    "common": "passwordpassword",
    "common, dressed up": "P@ssw0rdP@ssw0rd",
    "common, again and again": "dragon" * 8,
    "repeats of repeats": "abcabcabcabcd" * 3,
    "repeats of repeats, each hard by itself": ("abc" * 9 + "xyz") * 3,
    "repeats of repeats, as long as can be": ("abc" * 28 + "d") * 3,
    "repeats that hide nothing": "passpasspasstesttesttesttesttesttestmonkey",
    "common in Portuguese": "minhasenhasecreta",
    "common in Portuguese, with a digit": "deusefielsempre1",
    "a football club and a digit": "flamengocampeao1",
    "common in Portuguese, dressed up": "Fl4m3ng0-C@mpe\u00e3o!2026",
    "common in Portuguese, again and again": "senha secreta " * 3,
    "the address": "ana@example.com",
    "the name, again and again": "AnaAnaAnaAnaAna",
    "the app": "Acme Portal Acme Portal",
    "the app, dressed up": "AcmePortal2026!",
    "address, name and app": "Ana@example Acme 1",
}
GOOD = {
    "lower case words": "gravel lantern umbrella",
    "15 characters": "xK9#vQ2!mZ7@pLw",
    "digits": "830274619550271",
    "symbols": "7%2{@8(<3!0$5+1|",
    "digits, then words": "1234567890-!violin-harbour-granite",
    "a weak start": f"{'password' * 4} gravel lantern umbrella",
    "four common words": "amor casa praia musica",
    "words in Portuguese": "cavalo bateria grampo lanterna",
    "a common word among others": "Minha lanterna de pedra roxa",
    "repeats, then words": "abcabcabcabcabc gravel lantern umbrella",
    "256 characters": (LONG * 4)[:256],
    "blanks around": "  gravel lantern umbrella  ",
    "emoji": "🦀🍋🎻🚲🧱🌵🦉🎈🧭🍁🐟🪁🕯🦔🛶",
    "another script": "гравий фонарь зонтик",
    "markup": "<script>gravel</script>'\"&lantern",
    "a name among others": "Ana gravel lantern",
    "a NUL": "gravel\x00lantern umbrella",
}

TYPED = "cr\u00e8me br\u00fbl\u00e9e o\u00f9 est mon \u00e9t\u00e9"
APART = unicodedata.normalize("NFD", TYPED)
# 8 and 256 characters in NFC; 15 and 489 in NFD.
SHORTEST = "\u00e9" * 7 + "x"
LONGEST = "gravel lantern umbrella" + "\u00e9\u00e8" * 116 + "\u00ea"
either = pytest.mark.parametrize(("chosen", "typed"), [(TYPED, APART), (APART, TYPED)])


def test_the_real_hasher_uses_the_parameters_of_rfc_9106() -> None:
    # RFC 9106, second recommended option. Lower costs make a stolen table cheap to crack.
    assert REAL_HASHER.type is Type.ID
    assert REAL_HASHER.time_cost == 3
    assert REAL_HASHER.memory_cost == 64 * 1024
    assert REAL_HASHER.parallelism == 4
    assert REAL_HASHER.hash_len >= 16
    assert REAL_HASHER.salt_len >= 16


def test_the_tests_use_a_cheap_hasher() -> None:
    assert passwords.hasher is not REAL_HASHER


@pytest.mark.parametrize(
    "password", ["gravel lantern umbrella", "\N{OTTER}" * 64, "a\x00b", "\udcff", ""]
)
def test_a_hash_verifies_only_its_own_password(password: str) -> None:
    hashed = passwords.hash_password(password)
    assert hashed.startswith("$argon2id$")
    assert passwords.verify(hashed, password)
    assert not passwords.verify(hashed, f"{password}x")
    assert passwords.hash_password(password) != hashed


@pytest.mark.parametrize("stored", ["", "!", "plain text", "$argon2id$v=19$broken"])
def test_a_broken_hash_verifies_no_password(stored: str) -> None:
    assert not passwords.verify(stored, stored)


def test_any_text_can_be_rated(app: Flask) -> None:
    with app.app_context():
        for password in ("\udcff" * 20, "\x00" * 300, "\N{OTTER}" * 300):
            assert passwords.weakness(password, email="", name="")


@pytest.fixture
def ana(configure: MakeApp, user: str) -> Browser:
    """Return a signed-in browser without a limit of attempts."""
    client = Browser(configure(login_attempts_per_account=Rate(1000, 900)))
    client.login()
    return client


def change(client: Browser, password: str, current: str = PASSWORD) -> int:
    form = {"current_password": current, "password": password}
    return client.post("/account/password", data=form).status_code


def test_a_weak_password_is_refused(ana: Browser) -> None:
    for kind, password in WEAK.items():
        assert change(ana, password) == 422, kind
    assert ana.login(password=PASSWORD).status_code == 303


@pytest.mark.parametrize(
    "password", [SYMBOLS + SYMBOLS[::-1], MIXED + MIXED[::-1] + MIXED[:5], LONG]
)
def test_no_password_takes_long_to_rate(
    app: Flask, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    """The time grows with the length, and with the ways to read symbols as letters."""
    judged: list[str] = []

    def judge(text: str) -> dict[str, int]:
        judged.append(text)
        return {"score": 0}

    monkeypatch.setattr(passwords, "zxcvbn", judge)
    with app.app_context():
        assert passwords.weakness(password, email="", name="")
    assert len(judged) == 2
    assert password.casefold().startswith("".join(judged))
    for text in judged:
        assert 10 <= len(text) <= 32
        # No ten kinds of symbols have more ways; all kinds together have 736.
        assert len(list(enumerate_l33t_subs(relevant_l33t_subtable(text, L33T_TABLE)))) <= 138


def test_a_good_password_is_accepted_and_logs_in(ana: Browser) -> None:
    current = PASSWORD
    for kind, password in GOOD.items():
        assert change(ana, password, current) == 303, kind
        assert ana.login(password=password).status_code == 303, kind
        current = password


@pytest.mark.parametrize("password", ["Ximenes Quvadroz 1", "Quvadroz-Ximenes"])
def test_a_user_cannot_use_their_name_as_a_password(ana: Browser, password: str) -> None:
    assert change(ana, password) == 303
    with ana.application.app_context():
        change_user(EMAIL, name="Ximenes Quvadroz")
    assert change(ana, password, password) == 422


def test_a_page_never_shows_a_password_again(ana: Browser) -> None:
    form = {"current_password": "mellow harbour", "password": "short"}
    page = ana.post("/account/password", data=form).text
    assert "mellow harbour" not in page
    assert 'value="short"' not in page
    assert page.count('type="password"') == 2


@either
def test_the_create_command_accepts_either_unicode_form(
    app: Flask, client: Browser, chosen: str, typed: str
) -> None:
    run(app, "create", EMAIL, "--name", "Ana", typed=f"{chosen}\n")
    assert client.login(password=typed).status_code == 303


def test_the_length_of_a_password_is_counted_in_nfc(app: Flask, client: Browser) -> None:
    short, long = (unicodedata.normalize("NFD", one) for one in (SHORTEST, LONGEST))
    assert (len(short), len(LONGEST), len(long)) == (15, 256, 489)
    refused = run(app, "create", EMAIL, "--name", "Ana", typed=short)
    assert said(refused) == "Use at least 15 characters: four words are enough."
    assert run(app, "create", EMAIL, "--name", "Ana", typed=long).exit_code == 0
    for form in ("NFC", "NFD"):
        typed = unicodedata.normalize(form, LONGEST)
        assert client.login(password=typed).status_code == 303


def test_a_text_too_long_for_a_password_is_not_normalised(app: Flask) -> None:
    """Normalising many combining marks would take seconds."""
    marks = "\u0345\u0334" * 30_000
    assert passwords.normalise(marks) is marks
