"""Every text is translated, and every translation fits its text."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from {{ cookiecutter.project_slug }}.account import PARTS
from {{ cookiecutter.project_slug }}.config import LANGUAGES
from {{ cookiecutter.project_slug }}.core import i18n

# The app has one catalogue, and each part of the account has its own.
FOLDERS = [i18n.PACKAGE, *(i18n.PACKAGE / "account" / part for part in PARTS)]
# The texts themselves are in English.
TRANSLATED = [name for name in LANGUAGES if name != "en"]
PLACEHOLDER = r"%\(\w+\)[sd]"

each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=[path.name for path in FOLDERS])
each_language = pytest.mark.parametrize("language", TRANSLATED)


def where(folder: Path, language: str) -> Path:
    return folder / "translations" / language / "LC_MESSAGES" / "messages.po"


def read(folder: Path, language: str) -> Catalog:
    path = where(folder, language)
    if not path.is_file() and not extracted(folder):
        return Catalog(language)
    assert path.is_file(), (
        f"LANGUAGES (config.py) has {language}, but {path} is missing: remove it from LANGUAGES, "
        "or create its catalogue as docs/recipes.md says."
    )
    with path.open("rb") as file:
        return read_po(file, locale=language)


def messages(catalogue: Catalog) -> Iterator[Message]:
    """Yield all messages except the first, which is the header of the file."""
    return (message for message in catalogue if message.id)


def forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def extracted(folder: Path) -> set[str | tuple[str, ...]]:
    """Return the texts that `make strings` finds."""
    project = (i18n.PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8")
    mappings = tomllib.loads(project)["tool"]["babel"]["mappings"]
    methods = [(mapping["pattern"], mapping["method"]) for mapping in mappings]
    options = {mapping["pattern"]: mapping for mapping in mappings}
    keywords = {**DEFAULT_KEYWORDS, "lazy": None}
    found = extract_from_dir(folder, methods, options, keywords=keywords)
    return {text for _, _, text, _, _ in found}


@each_folder
@each_language
def test_a_catalogue_holds_each_text_of_its_folder(folder: Path, language: str) -> None:
    missing = extracted(folder) - {message.id for message in messages(read(folder, language))}
    assert not missing, (
        f"{missing} is marked with _(...), but {where(folder, language)} lacks it: run make strings, "
        "then translate it."
    )


@each_folder
@each_language
def test_each_text_is_translated_in_all_its_forms(folder: Path, language: str) -> None:
    catalogue, path = read(folder, language), where(folder, language)
    lacking = [message.id for message in messages(catalogue) if not is_whole(message, catalogue)]
    assert not lacking, f"translate {lacking} in {path}, in all forms"
    unsure = [message.id for message in messages(catalogue) if message.fuzzy]
    assert not unsure, (
        f'check the translations of {unsure} in {path}, then delete the lines "#, fuzzy" above them'
    )


def is_whole(message: Message, catalogue: Catalog) -> bool:
    expected = catalogue.num_plurals if message.pluralizable else 1
    found = forms(message.string)
    return len(found) == expected and all(text.strip() for text in found)


@each_folder
@each_language
def test_a_translation_takes_the_same_values_as_its_text(folder: Path, language: str) -> None:
    for message in messages(read(folder, language)):
        taken = sorted(re.findall(PLACEHOLDER, forms(message.id)[0]))
        for text in filter(None, forms(message.string)):
            assert sorted(re.findall(PLACEHOLDER, text)) == taken, (
                f"use exactly the values {taken} of the English text in {text!r}"
            )
            # A template would read any other percent sign as another value.
            assert "%" not in re.sub(f"{PLACEHOLDER}|%%", "", text), (
                f"write %% instead of % in {text!r}"
            )
