"""Every text is translated, and every translation fits its text."""

import re
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from {{ cookiecutter.project_slug }} import i18n
from {{ cookiecutter.project_slug }}.config import LANGUAGES

PACKAGE = Path(i18n.__file__).parent
# The texts themselves are in English.
TRANSLATED = [name for name in LANGUAGES if name != "en"]
PLACEHOLDER = r"%\(\w+\)[sd]"


@pytest.fixture(scope="module", params=TRANSLATED)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    path = i18n.CATALOGUES / request.param / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=request.param)


def messages(catalogue: Catalog) -> Iterator[Message]:
    """Yield all but the first, which is the file's header."""
    return (message for message in catalogue if message.id)


def forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def extracted() -> set[str | tuple[str, ...]]:
    """Return the texts that `make strings` finds."""
    config = ConfigParser()
    config.read(PACKAGE.parent / "babel.cfg", encoding="utf-8")
    methods, options = [], {}
    for section in config.sections():
        method, pattern = section.split(": ")
        methods.append((pattern, method))
        options[pattern] = dict(config[section])
    keywords = {**DEFAULT_KEYWORDS, "lazy": None}
    found = extract_from_dir(PACKAGE, methods, options, keywords=keywords)
    return {text for _, _, text, _, _ in found}


def test_the_catalogue_holds_each_text_of_the_app_and_no_other(
    catalogue: Catalog,
) -> None:
    """When this fails, `make strings` brings the catalogue up to date."""
    texts = extracted()
    assert len(texts) > 50
    assert texts == {message.id for message in messages(catalogue)}
    assert not catalogue.obsolete


def test_each_text_is_translated_in_all_its_forms(catalogue: Catalog) -> None:
    for message in messages(catalogue):
        expected = catalogue.num_plurals if message.pluralizable else 1
        assert len(forms(message.string)) == expected, message.id
        assert all(text.strip() for text in forms(message.string)), message.id
        assert not message.fuzzy, message.id


def test_a_translation_takes_the_same_values_as_its_text(catalogue: Catalog) -> None:
    for message in messages(catalogue):
        taken = sorted(re.findall(PLACEHOLDER, forms(message.id)[0]))
        for text in forms(message.string):
            assert sorted(re.findall(PLACEHOLDER, text)) == taken, text
            # A template would take any other percent sign for one more value.
            assert "%" not in re.sub(f"{PLACEHOLDER}|%%", "", text), text
