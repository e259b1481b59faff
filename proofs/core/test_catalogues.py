"""Every text is translated, and every translation fits its text."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message

from my_flask_app.account import PARTS
from my_flask_app.config import LANGUAGES
from my_flask_app.core import i18n

from ...core.test_catalogues import read

# The app has one catalogue, and each part of the account has its own.
FOLDERS = [i18n.PACKAGE, *(i18n.PACKAGE / "account" / part for part in PARTS)]
# The texts themselves are in English.
TRANSLATED = [name for name in LANGUAGES if name != "en"]
each_language = pytest.mark.parametrize("language", TRANSLATED)


def messages(catalogue: Catalog) -> Iterator[Message]:
    """Yield all messages except the first, which is the header of the file."""
    return (message for message in catalogue if message.id)


@each_language
def test_the_headers_say_how_plurals_are_formed_and_agree(language: str) -> None:
    """Versions of Babel disagree: pt_BR has two forms in 2.18, and three in 2.19."""
    headers = {
        path.relative_to(i18n.PACKAGE): path.read_text(encoding="utf-8").partition("\n\n")[0]
        for path in i18n.catalogues(language)
    }
    plurals = {path: re.findall("Plural-Forms: .*", text) for path, text in headers.items()}
    assert all(plurals.values()), f"a header lacks Plural-Forms: {plurals}"
    assert len({tuple(lines) for lines in plurals.values()}) == 1, f"headers differ: {plurals}"


@each_language
def test_a_text_that_stands_in_two_catalogues_is_translated_alike(language: str) -> None:
    known: dict[object, object] = {}
    for folder in FOLDERS:
        for message in messages(read(folder, language)):
            first = known.setdefault(message.id, message.string)
            assert first == message.string, (
                f"{message.id!r} is {first!r} in one catalogue and {message.string!r} in another: "
                "take one of them in both, for the app shows either"
            )
